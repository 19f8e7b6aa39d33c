// A table in windows of rows and columns: only what is seen is in the page. Its kernel side is `grid.py`.
//
// createGrid({send, label, edit}) returns {element, receive, focus, active, moveTo, refresh}. `send` takes messages to
// the kernel, `receive` those from it. `edit`, for grids that can be changed, may have onKey(event, grid),
// onPaste(text, grid) and onDoubleClick(grid): what they return true for is done.

const ROW = 28;
const TALLEST = 8_000_000; // browsers give up beyond some 30 million pixels
const CHECK = 34; // the column with the marks
const AHEAD = 60; // rows asked for beyond those that are seen

function createGrid({ send, label, edit = {} }) {
  const id = uniqueId("grid");
  const widths = new Map(); // by key: what a person chose outlives the table
  let table = { columns: [], others: [], total: 0, of: 0, version: -1, filters: {}, search: "" };
  let lefts = [0];
  let laid = 0; // how often the columns were laid out
  let rows = new Map(); // place on the screen -> {row, cells, marked}
  let asked = new Map(); // what was asked for, and when
  let tips = {};
  let active = { place: 0, column: 0 }; // place -1 is the header
  let anchor = null; // row from which Shift selects
  let filtering = false;

  const search = make("input", { type: "search", placeholder: "Search the table", "aria-label": `Search ${label}` });
  const words = make("span", { class: "bionb-words", role: "status" });
  const filterButton = button("Filter", () => showFilters(!filtering), { "aria-pressed": "false" });
  const columnsButton = button("Columns", () => chooser.toggle(), { "aria-expanded": "false" });
  const copyButton = button("Copy", () => copyRows(), { title: "Copy the selected rows, or all, for a spreadsheet" });
  const saveButton = button("Save CSV", () => send({ type: "save" }), { title: "Download the rows shown as a file" });
  const bar = make("div", { class: "bionb-bar" }, search, filterButton, columnsButton, copyButton, saveButton, words);

  const header = make("div", { role: "row", class: "bionb-row bionb-header", "aria-rowindex": "1" });
  const head = make("div", { role: "rowgroup", class: "bionb-head" }, header);
  head.hidden = true; // until it has columns: an empty row is nothing to a screen reader
  const body = make("div", { role: "rowgroup", class: "bionb-body" });
  const scroller = make(
    "div",
    {
      class: "bionb-scroll",
      role: "grid",
      tabindex: "0",
      id,
      "aria-label": label,
      "aria-multiselectable": "true",
    },
    head,
    body,
  );
  const record = make("table", { class: "bionb-record", "aria-label": label });
  const empty = make("p", { class: "bionb-empty" });
  const chooser = createChooser(columnsButton, label, (keys) => send({ type: "columns", columns: keys }));
  const element = make("div", { class: "bionb-grid" }, bar, chooser.element, scroller, record, empty);

  // -- geometry ---------------------------------------------------------------------------------------------------

  const widthOf = (column) => widths.get(column.key) ?? column.width;
  const height = () => Math.min(table.total * ROW, TALLEST);
  const room = () => Math.max(ROW, scroller.clientHeight - head.offsetHeight);

  // How far down the table is scrolled: in a table too tall for a page, one pixel of the bar is many of the table.
  function offset() {
    const range = height() - room();
    const whole = table.total * ROW - room();
    return range > 0 && whole > range ? (scroller.scrollTop / range) * whole : scroller.scrollTop;
  }

  function scrollToOffset(wanted) {
    const range = height() - room();
    const whole = table.total * ROW - room();
    scroller.scrollTop = whole > range && range > 0 ? (wanted / whole) * range : wanted;
  }

  function seen() {
    const top = offset();
    const first = Math.max(0, Math.floor(top / ROW));
    return { top, first, last: Math.min(table.total, Math.ceil((top + room()) / ROW) + 1) };
  }

  function seenColumns() {
    const left = scroller.scrollLeft;
    const right = left + scroller.clientWidth - CHECK;
    let first = 0;
    while (first < table.columns.length - 1 && lefts[first + 1] <= left) first += 1;
    let last = first;
    while (last < table.columns.length && lefts[last] < right) last += 1;
    return { first, last };
  }

  function measure() {
    laid += 1;
    lefts = [0];
    for (const column of table.columns) lefts.push(lefts[lefts.length - 1] + widthOf(column));
    body.style.height = `${height()}px`;
    scroller.style.height = `${Math.min(420, (filtering ? 64 : 32) + table.total * ROW + 16)}px`;
    body.style.width = header.style.width = `${CHECK + lefts[lefts.length - 1]}px`;
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  const pool = []; // elements of rows, each with those of its cells
  const draw = oncePainted(() => {
    if (!scroller.isConnected || table.record) return;
    const { top, first, last } = seen();
    const across = seenColumns();
    drawHeader(across);
    const shift = scroller.scrollTop - top;
    while (pool.length < last - first) {
      pool.push(makeRow());
      body.append(pool[pool.length - 1].element);
    }
    // A row keeps its element while it is seen: scrolling by two rows draws two rows.
    for (let place = first; place < first + pool.length; place += 1) {
      const line = pool[place % pool.length];
      if (place < last) drawRow(line, place, place * ROW + shift, across);
      else if (line.state) {
        line.state = "";
        line.element.style.display = "none";
      }
    }
    const there = active.place < 0 || (active.place >= first && active.place < last);
    const current = there && document.getElementById(`${id}-${active.place}-${active.column}`);
    if (current) scroller.setAttribute("aria-activedescendant", current.id);
    else scroller.removeAttribute("aria-activedescendant");
    fetchRows(first, last);
  });

  function makeRow() {
    const mark = make("div", { role: "gridcell", class: "bionb-check", "aria-colindex": "1" });
    return { element: make("div", { role: "row", class: "bionb-row" }, mark), mark, cells: [], state: "", known: null };
  }

  function drawRow(line, place, y, across) {
    const known = rows.get(place);
    const { element: row, mark, cells } = line;
    const cursor = place === active.place ? active.column : "";
    const state = [place, y, table.version, laid, across.first, across.last, cursor, known && known.marked].join(" ");
    if (line.state === state && line.known === known) return;
    line.state = state;
    line.known = known;
    row.style.display = "";
    row.style.transform = `translateY(${y}px)`;
    row.setAttribute("aria-rowindex", place + 2);
    row.setAttribute("aria-selected", known && known.marked ? "true" : "false");
    row.classList.toggle("bionb-odd", place % 2 === 1);
    row.classList.toggle("bionb-blank", !known);
    row.dataset.place = place;
    setText(mark, known && known.marked ? "☑" : "☐");
    mark.setAttribute("aria-label", known && known.marked ? "selected" : "not selected");
    const wanted = across.last - across.first;
    while (cells.length < wanted) {
      cells.push(make("div", { role: "gridcell", class: "bionb-cell" }));
      row.append(cells[cells.length - 1]);
    }
    for (let number = 0; number < cells.length; number += 1) {
      const cell = cells[number];
      const column = across.first + number;
      cell.style.display = number < wanted ? "" : "none";
      if (number >= wanted) {
        cell.removeAttribute("id");
        continue;
      }
      drawCell(cell, table.columns[column], known, place, column);
    }
  }

  function drawCell(cell, heading, known, place, column) {
    const tip = known && tips[known.row] && tips[known.row][heading.key];
    const name = `${id}-${place}-${column}`;
    if (cell.id !== name) cell.id = name;
    cell.style.left = `${CHECK + lefts[column]}px`;
    cell.style.width = `${widthOf(heading)}px`;
    cell.setAttribute("aria-colindex", column + 2);
    cell.className = `bionb-cell bionb-${heading.kind}${tip ? ` bionb-tip-${tip[0]}` : ""}`;
    if (place === active.place && column === active.column) cell.classList.add("bionb-active");
    setText(cell, known ? known.cells[column] ?? "" : "");
    cell.title = tip ? tip[1] : cell.textContent.length > 12 ? cell.textContent : "";
  }

  let headed = ""; // what the header shows: it is made anew only when that changes, or a field in it would lose its text
  function drawHeader({ first, last }) {
    const state = JSON.stringify([table.version, first, last, active.place < 0 && active.column, filtering, lefts]);
    if (state === headed) return;
    headed = state;
    const focused = header.contains(document.activeElement) ? document.activeElement : null;
    const kept = focused && focused.dataset.key;
    const marks = make("div", { role: "columnheader", class: "bionb-check", "aria-colindex": "1" });
    marks.append(make("span", { class: "bionb-unseen", text: "Selected" }));
    const found = [marks];
    for (let column = first; column < last; column += 1) {
      const heading = table.columns[column];
      const old = kept === heading.key ? focused : null;
      found.push(makeHeading(heading, column, old));
    }
    header.replaceChildren(...found);
    head.hidden = false;
    head.classList.toggle("bionb-filtering", filtering);
    if (kept && header.contains(focused)) focused.focus({ preventScroll: true });
  }

  function makeHeading(heading, column, field) {
    const [key, falls] = table.sorted ?? [null, false];
    const sorted = key === heading.key ? (falls ? "descending" : "ascending") : "none";
    const title = make("span", { class: "bionb-title", text: heading.title });
    const unit = heading.unit ? make("span", { class: "bionb-unit", text: heading.unit }) : null;
    const arrow = sorted === "none" ? null : make("span", { class: "bionb-arrow", "aria-hidden": "true" });
    if (arrow) arrow.textContent = falls ? "▼" : "▲";
    const name = make("div", { class: "bionb-name", title: `${heading.key}: click to sort` }, title, unit, arrow);
    name.addEventListener("click", () => sortBy(heading.key));
    const edge = make("div", { class: "bionb-edge", "aria-hidden": "true" });
    edge.addEventListener("pointerdown", (event) => resize(event, heading));
    const cell = make(
      "div",
      {
        role: "columnheader",
        class: `bionb-heading bionb-${heading.kind}`,
        "aria-sort": sorted,
        "aria-colindex": column + 2,
        id: `${id}--1-${column}`,
        style: `left: ${CHECK + lefts[column]}px; width: ${widthOf(heading)}px`,
      },
      name,
      edge,
    );
    if (active.place < 0 && active.column === column) cell.classList.add("bionb-active");
    if (filtering) cell.append(field ?? makeFilter(heading));
    return cell;
  }

  function makeFilter(heading) {
    const hint = heading.kind === "number" || heading.kind === "size" ? ">5, 2..4" : "words";
    const field = make("input", { type: "search", placeholder: hint, "aria-label": `Filter ${heading.title}` });
    field.dataset.key = heading.key;
    field.value = table.filters[heading.key] ?? "";
    field.addEventListener(
      "input",
      later(() => send({ type: "filter", column: heading.key, text: field.value }), 200),
    );
    field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "Enter") {
        event.preventDefault();
        moveTo(0, table.columns.findIndex((each) => each.key === heading.key));
        scroller.focus({ preventScroll: true });
      }
    });
    return field;
  }

  // -- rows by messages -------------------------------------------------------------------------------------------

  // What is seen comes first; some rows beyond are asked for in the same breath, so that scrolling meets no gaps.
  function fetchRows(first, last) {
    const now = performance.now();
    let start = null;
    for (let place = Math.max(0, first - AHEAD); place < Math.min(table.total, last + AHEAD); place += 1) {
      const known = rows.get(place);
      const due = (!known || known.old) && now - (asked.get(place) ?? -1e9) > 3000;
      if (due && start === null) start = place;
    }
    if (start === null) return;
    const urgent = [...Array(last - first).keys()].some((each) => !rows.has(first + each));
    if (!urgent && asked.size && now - Math.max(...asked.values()) < 60) {
      setTimeout(draw, 80);
      return;
    }
    const from = urgent ? Math.max(0, first - AHEAD / 3) : start;
    const stop = Math.min(table.total, Math.max(from + AHEAD, last + AHEAD));
    const waiting = [...Array(stop - from).keys()].map((each) => from + each);
    const missing = waiting.filter((place) => (!rows.has(place) || rows.get(place).old) && now - (asked.get(place) ?? -1e9) > 3000);
    if (!missing.length) return;
    for (const place of missing) asked.set(place, now);
    send({ type: "rows", version: table.version, start: missing[0], stop: missing[missing.length - 1] + 1 });
  }

  function takeRows(message) {
    if (message.version !== table.version) return;
    message.rows.forEach((row, number) => {
      rows.set(message.start + number, row);
      asked.delete(message.start + number);
    });
    Object.assign(tips, message.tips);
    if (rows.size > 5000) forgetFarRows();
    draw();
  }

  function forgetFarRows() {
    const { first } = seen();
    for (const place of rows.keys()) if (Math.abs(place - first) > 1500) rows.delete(place);
  }

  function takeTable(message) {
    const sameColumns = JSON.stringify(message.columns.map((each) => each.key)) === JSON.stringify(table.columns.map((each) => each.key));
    const keep = message.keep === true;
    table = message;
    rows = new Map();
    asked = new Map();
    tips = {};
    measure();
    if (!keep) scroller.scrollTop = 0;
    if (!sameColumns && !keep) scroller.scrollLeft = 0;
    active = { place: Math.min(active.place, Math.max(-1, table.total - 1)), column: Math.min(active.column, Math.max(0, table.columns.length - 1)) };
    if (!keep && active.place > 0) active.place = 0;
    scroller.setAttribute("aria-rowcount", table.total + 1);
    scroller.setAttribute("aria-colcount", table.columns.length + 1);
    setText(words, table.words);
    if (document.activeElement !== search) search.value = table.search;
    if (Object.keys(table.filters).length && !filtering) showFilters(true);
    chooser.offer(table);
    showAs(table.record);
    headed = "";
    takeRows(table.window);
  }

  function showAs(one) {
    record.hidden = !one;
    scroller.hidden = Boolean(one) || !table.columns.length;
    search.hidden = filterButton.hidden = columnsButton.hidden = Boolean(one);
    empty.hidden = Boolean(one) || table.total > 0;
    setText(empty, table.of ? "No row has all that is looked for." : "There is nothing in this table.");
    record.replaceChildren(
      make(
        "tbody",
        {},
        ...(one ?? []).map(([title, unit, kind, text]) =>
          make(
            "tr",
            {},
            make("th", { scope: "row", text: unit ? `${title} [${unit}]` : title }),
            make("td", { class: `bionb-${kind}`, text }),
          ),
        ),
      ),
    );
  }

  function receive(message) {
    if (message.type === "table") takeTable(message);
    else if (message.type === "rows") takeRows(message);
    else if (message.type === "marked") {
      table.words = message.words;
      table.marked = message.count;
      setText(words, message.words);
      refresh();
    } else if (message.type === "copy") {
      toClipboard(message.text).then((done) => say(done ? `${message.count} rows copied` : "The browser refused to copy"));
    } else if (message.type === "save") {
      toFile(message.name, message.text);
      say("Saved by the browser");
    }
  }

  function say(text) {
    setText(words, text);
    setTimeout(() => setText(words, table.words), 4000);
  }

  // Ask anew for what is seen; what is there stays until the answer comes.
  function refresh() {
    for (const row of rows.values()) row.old = true;
    asked = new Map();
    draw();
  }

  // -- what a person does -----------------------------------------------------------------------------------------

  function sortBy(key) {
    const [sorted, falls] = table.sorted ?? [null, false];
    if (sorted !== key) send({ type: "sort", column: key, descending: false });
    else if (!falls) send({ type: "sort", column: key, descending: true });
    else send({ type: "sort", column: null });
  }

  function showFilters(on) {
    filtering = on;
    filterButton.setAttribute("aria-pressed", String(on));
    if (!on) for (const key of Object.keys(table.filters)) send({ type: "filter", column: key, text: "" });
    measure();
    draw();
  }

  function resize(event, heading) {
    event.preventDefault();
    event.stopPropagation();
    const [start, width] = [event.clientX, widthOf(heading)];
    const move = (moved) => setWidth(heading, width + moved.clientX - start);
    const end = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  }

  function setWidth(heading, width) {
    widths.set(heading.key, Math.min(900, Math.max(40, width)));
    measure();
    draw();
  }

  function copyRows() {
    send({ type: "copy", what: table.marked ? "rows" : "all" });
  }

  function mark(place, { range = false, on = null } = {}) {
    const known = rows.get(place);
    if (!known) return;
    const chosen = on ?? !known.marked;
    if (range && anchor !== null) send({ type: "mark", from: anchor, to: known.row, on: true });
    else send({ type: "mark", rows: [known.row], on: chosen });
    if (!range) anchor = known.row;
    known.marked = chosen;
    draw();
  }

  function moveTo(place, column) {
    active = {
      place: Math.max(-1, Math.min(table.total - 1, place)),
      column: Math.max(0, Math.min(table.columns.length - 1, column)),
    };
    const top = offset();
    if (active.place >= 0) {
      if (active.place * ROW < top) scrollToOffset(active.place * ROW);
      else if ((active.place + 1) * ROW > top + room()) scrollToOffset((active.place + 1) * ROW - room());
    }
    const [left, right] = [lefts[active.column], lefts[active.column + 1] ?? 0];
    const width = scroller.clientWidth - CHECK;
    if (left < scroller.scrollLeft) scroller.scrollLeft = left;
    else if (right > scroller.scrollLeft + width) scroller.scrollLeft = Math.max(0, Math.min(left, right - width));
    draw();
  }

  const steps = {
    ArrowDown: () => [active.place + 1, active.column],
    ArrowUp: () => [active.place - 1, active.column],
    ArrowLeft: () => [active.place, active.column - 1],
    ArrowRight: () => [active.place, active.column + 1],
    PageDown: () => [active.place + Math.floor(room() / ROW), active.column],
    PageUp: () => [Math.max(0, active.place - Math.floor(room() / ROW)), active.column],
    Home: (event) => [event.ctrlKey ? 0 : active.place, 0],
    End: (event) => [event.ctrlKey ? table.total - 1 : active.place, table.columns.length - 1],
  };

  function onKey(event) {
    if (event.target !== scroller) return;
    if (edit.onKey && edit.onKey(event, grid)) {
      event.preventDefault();
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    const heading = table.columns[active.column];
    if (event.altKey && heading && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      setWidth(heading, widthOf(heading) + (event.key === "ArrowLeft" ? -20 : 20));
    } else if (steps[event.key]) {
      const [place, column] = steps[event.key](event);
      if (event.shiftKey && place >= 0 && ["ArrowDown", "ArrowUp"].includes(event.key)) {
        if (anchor === null) mark(active.place, { on: true });
        moveTo(place, column);
        mark(active.place, { range: true });
      } else moveTo(place, column);
    } else if (event.key === " " && active.place >= 0) mark(active.place, { range: event.shiftKey });
    else if (event.key === "Enter" && active.place < 0 && heading) sortBy(heading.key);
    else if (command && event.key.toLowerCase() === "a") send({ type: "mark", all: true, on: true, only: true });
    else if (command && event.key.toLowerCase() === "c") copyActive();
    else if (command && event.key.toLowerCase() === "f") search.focus();
    else if (event.key === "Escape") send({ type: "mark", rows: [], only: true });
    else return;
    event.preventDefault();
  }

  // Selected rows if there are any, else the cell.
  function copyActive() {
    if (table.marked) {
      copyRows();
      return;
    }
    const known = rows.get(active.place);
    const text = active.place < 0 ? table.columns[active.column].key : known && known.cells[active.column];
    toClipboard(text ?? "").then((done) => say(done ? "Cell copied" : "The browser refused to copy"));
  }

  function placeOf(event) {
    const row = event.target.closest(".bionb-body .bionb-row");
    return row ? Number(row.dataset.place) : null;
  }

  function onClick(event) {
    const place = placeOf(event);
    if (place === null) return;
    if (event.target.closest(".bionb-check") || event.ctrlKey || event.metaKey) mark(place, { range: event.shiftKey });
    else if (event.shiftKey) mark(place, { range: true });
    const cell = event.target.closest(".bionb-cell");
    moveTo(place, cell ? Number(cell.getAttribute("aria-colindex")) - 2 : active.column);
  }

  scroller.addEventListener("scroll", draw, { passive: true });
  scroller.addEventListener("keydown", onKey);
  scroller.addEventListener("click", onClick);
  scroller.addEventListener("dblclick", (event) => {
    if (placeOf(event) !== null && edit.onDoubleClick) edit.onDoubleClick(grid);
  });
  scroller.addEventListener("paste", (event) => {
    if (event.target !== scroller || !edit.onPaste) return;
    event.preventDefault();
    edit.onPaste(event.clipboardData.getData("text/plain"), grid);
  });
  search.addEventListener(
    "input",
    later(() => send({ type: "search", text: search.value }), 200),
  );
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    scroller.focus();
  });
  new ResizeObserver(draw).observe(scroller);
  showAs(null);

  const grid = {
    element,
    bar,
    scroller,
    receive,
    refresh,
    moveTo,
    focus: () => scroller.focus({ preventScroll: true }),
    // What the cursor is on: {place, column, row, key, text, element}; row and text are undefined in the header.
    active: () => {
      const known = rows.get(active.place);
      return {
        ...active,
        row: known && known.row,
        key: table.columns[active.column] && table.columns[active.column].key,
        text: known && known.cells[active.column],
        element: document.getElementById(`${id}-${active.place}-${active.column}`),
      };
    },
    table: () => table,
  };
  return grid;
}

// Which columns are shown, and in which order.
function createChooser(opener, label, choose) {
  let shown = [];
  let others = [];
  const find = make("input", { type: "search", placeholder: "Find a column", "aria-label": "Find a column" });
  const list = make("ul", { class: "bionb-choices", "aria-label": "Columns" });
  const element = make("div", { class: "bionb-chooser", role: "group", "aria-label": `Columns of ${label}` }, find, list);
  element.hidden = true;

  function line(key) {
    const place = shown.indexOf(key);
    const tick = make("input", { type: "checkbox" });
    tick.checked = place >= 0;
    tick.addEventListener("change", () => {
      choose(tick.checked ? [...shown, key] : shown.filter((each) => each !== key));
    });
    const move = (by) => () => {
      if (place < 0 || place + by < 0 || place + by >= shown.length) return;
      const keys = shown.filter((each) => each !== key);
      keys.splice(place + by, 0, key);
      choose(keys);
    };
    const entry = make("li", {}, make("label", {}, tick, make("span", { text: key })));
    entry.dataset.key = key;
    if (place >= 0) {
      entry.append(button("↑", move(-1), { "aria-label": `Move ${key} to the left` }));
      entry.append(button("↓", move(1), { "aria-label": `Move ${key} to the right` }));
    }
    return entry;
  }

  function draw() {
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const entry = focused && focused.closest("li");
    const kept = entry && [entry.dataset.key, [...entry.querySelectorAll("input, button")].indexOf(focused)];
    const text = find.value.toLowerCase();
    const keys = [...shown, ...others].filter((key) => key.toLowerCase().includes(text)).slice(0, 300);
    list.replaceChildren(...keys.map(line));
    const again = kept && [...list.children].find((each) => each.dataset.key === kept[0]);
    if (again) (again.querySelectorAll("input, button")[kept[1]] ?? again.querySelector("input")).focus();
  }

  function toggle(open = element.hidden) {
    element.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) {
      draw();
      find.focus();
    } else opener.focus();
  }

  find.addEventListener("input", draw);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle(false);
  });
  return {
    element,
    toggle: () => toggle(),
    offer: (table) => {
      shown = table.columns.map((each) => each.key);
      others = table.others;
      if (!element.hidden) draw();
    },
  };
}
