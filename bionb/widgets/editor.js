// The sheet editor: a grid to write in, what is wrong with it, and what was changed. Its kernel side is `sheets/editor.py`.

function createEditor(send) {
  let state = { tables: [], step: -1 };
  let field = null; // the open cell: {input, row, key}
  const status = createStatus();

  // -- writing into a cell ----------------------------------------------------------------------------------------

  function openCell(grid, text) {
    const cell = grid.active();
    if (cell.row === undefined || !cell.element || field) return false;
    const input = make("textarea", { class: "bionb-field-cell", rows: "1", "aria-label": `Cell of ${cell.key}` });
    input.value = text ?? cell.text ?? "";
    const here = grid.element.getBoundingClientRect();
    const there = cell.element.getBoundingClientRect();
    input.style.left = `${Math.max(0, there.left - here.left)}px`;
    input.style.top = `${there.top - here.top}px`;
    input.style.width = `${Math.max(there.width, 160)}px`;
    field = { input, row: cell.row, key: cell.key, place: cell.place, column: cell.column, before: cell.text ?? "" };
    input.addEventListener("keydown", (event) => onFieldKey(event, grid));
    input.addEventListener("blur", () => closeCell(grid, true));
    grid.element.append(input);
    input.focus({ preventScroll: true });
    if (text === undefined) input.select();
    return true;
  }

  function closeCell(grid, keep, down = 0, right = 0) {
    if (!field) return;
    const { input, row, key, place, column, before } = field;
    field = null;
    const text = input.value;
    const focused = document.activeElement === input;
    input.remove();
    if (keep && text !== before) send({ type: "set", row, column: key, text });
    if (!focused) return;
    grid.moveTo(Math.max(0, place + down), Math.max(0, column + right));
    grid.focus();
  }

  function onFieldKey(event, grid) {
    if (event.key === "Enter" && !event.altKey) closeCell(grid, true, event.shiftKey ? -1 : 1);
    else if (event.key === "Tab") closeCell(grid, true, 0, event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") closeCell(grid, false);
    else {
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function onKey(event, grid) {
    const command = event.ctrlKey || event.metaKey;
    const cell = grid.active();
    const key = event.key.toLowerCase();
    if (command && key === "z") send({ type: event.shiftKey ? "redo" : "undo" });
    else if (command && key === "y") send({ type: "redo" });
    else if (command && key === "v") {
      catcher.focus({ preventScroll: true });
      return false;
    } else if (cell.row === undefined) return false;
    else if (command && key === "d") send({ type: "fill", column: cell.key });
    else if (event.key === "F2" || event.key === "Enter") return openCell(grid);
    else if (event.key === "Delete" || event.key === "Backspace") send({ type: "clear", row: cell.row, column: cell.key });
    else if (event.key.length === 1 && event.key !== " " && !command && !event.altKey) return openCell(grid, event.key);
    else return false;
    return true;
  }

  // A browser pastes where one can write: the keys lead there, and what comes goes to the kernel.
  const catcher = make("textarea", { class: "bionb-unseen", tabindex: "-1", "aria-label": "Paste" });
  catcher.addEventListener("paste", (event) => {
    event.preventDefault();
    onPaste(event.clipboardData.getData("text/plain"), grid);
    grid.focus();
  });
  catcher.addEventListener("keyup", () => grid.focus());

  function onPaste(text, grid) {
    const cell = grid.active();
    if (cell.row === undefined || !text) return;
    send({ type: "paste", row: cell.row, column: cell.key, text });
  }

  const grid = createGrid({
    send: (message) => send({ type: "grid", message }),
    label: "Sheet",
    edit: { onKey, onDoubleClick: (each) => openCell(each) },
  });

  // -- the bar ----------------------------------------------------------------------------------------------------

  const act = (type, more = () => ({})) => () => {
    const cell = grid.active();
    send({ type, row: cell.row, column: cell.key, ...more() });
  };
  const tables = make("select", { "aria-label": "Table", onchange: () => send({ type: "table", name: tables.value }) });
  const undo = button("Undo", act("undo"), { title: "Ctrl+Z" });
  const redo = button("Redo", act("redo"), { title: "Ctrl+Y" });
  const header = make("input", { type: "text", placeholder: "Characteristics[age]", "aria-label": "Header of the new column" });
  const unit = make("input", { type: "checkbox" });
  const term = make("input", { type: "checkbox" });
  const addColumn = () => {
    act("add_column", () => ({ header: header.value, unit: unit.checked, term: term.checked }))();
  };
  header.addEventListener("keydown", (event) => {
    if (event.key === "Enter") addColumn();
  });
  const form = make(
    "div",
    { class: "bionb-bar", role: "group", "aria-label": "New column" },
    header,
    make("label", {}, unit, make("span", { text: " with a unit" })),
    make("label", {}, term, make("span", { text: " with an ontology term" })),
    button("Add behind this column", addColumn),
  );
  form.hidden = true;
  const opener = button(
    "Add column",
    () => {
      form.hidden = !form.hidden;
      opener.setAttribute("aria-expanded", String(!form.hidden));
      if (!form.hidden) header.focus();
    },
    { "aria-expanded": "false" },
  );
  const replace = button("Replace", () => send({ type: "replace" }), { class: "bionb-primary" });
  const bar = make(
    "div",
    { class: "bionb-bar" },
    tables,
    undo,
    redo,
    button("Add row", act("add_rows"), { title: "Below the cursor" }),
    button("Delete rows", act("delete_rows"), { title: "The selected ones, else that of the cursor" }),
    button("Fill down", act("fill"), { title: "Ctrl+D: the first selected row into the others, in this column" }),
    opener,
    button("Delete column", act("delete_column")),
    replace,
  );

  // -- what is said -----------------------------------------------------------------------------------------------

  const verdict = make("h4", { role: "status", text: "Not checked yet" });
  const findings = make("ul", { class: "bionb-said", "aria-label": "Findings" });
  const changed = make("h4", { text: "Nothing was changed" });
  const changes = make("ul", { class: "bionb-said", "aria-label": "Changes" });
  const panel = make("div", { class: "bionb-panel" }, verdict, findings, changed, changes);

  function goTo(row, key) {
    send({ type: "find", row, column: key });
  }

  function go({ place, column }) {
    const shown = grid.table().columns.findIndex((each) => each.key === column);
    grid.moveTo(place, Math.max(0, shown));
    grid.focus();
  }

  function findingLine(finding) {
    const here = finding.file === state.table && finding.row !== null;
    const where = [finding.column, finding.row === null ? "" : `row ${finding.row}`, finding.count > 1 ? `${finding.count} times` : ""];
    const text = `${finding.level}: ${finding.text}`;
    const place = make("span", { class: "bionb-faint", text: ` ${finding.file} ${where.filter(Boolean).join(", ")}` });
    const words = here
      ? button(text, () => goTo(finding.row, finding.column), { class: "bionb-plain" })
      : make("span", { text });
    return make("li", { class: `bionb-tip-${finding.kind}` }, words, place);
  }

  function changeLine(change) {
    const row = change.row === null ? "" : ` row ${change.row}`;
    const told = change.old || change.new ? `: ${change.old || "nothing"} → ${change.new || "nothing"}` : "";
    return make("li", { text: `${change.what}${row} ${change.column}${told}` });
  }

  function takeJudged(message) {
    if (message.step !== state.step) return;
    const count = message.found === 1 ? "1 finding" : `${message.found.toLocaleString("en")} findings`;
    setText(verdict, message.accepted ? `Would be accepted, ${count}` : `Would be refused, ${count}`);
    findings.replaceChildren(...message.findings.map(findingLine));
    setText(changed, message.changed ? `${message.changed.toLocaleString("en")} changes` : "Nothing was changed");
    changes.replaceChildren(...message.changes.map(changeLine));
    panel.setAttribute("aria-busy", "false");
  }

  const judge = later(() => send({ type: "judge", step: state.step }), 300);

  function takeState(message) {
    state = message;
    tables.replaceChildren(...message.tables.map((name) => make("option", { value: name, text: name })));
    tables.value = message.table;
    setDisabled(undo, !message.undo);
    setDisabled(redo, !message.redo);
    replace.hidden = !message.replace;
    setText(replace, `Replace in ${message.replace}`);
    panel.setAttribute("aria-busy", "true");
    judge();
  }

  function receive(message) {
    if (message.type === "status") status.show(message);
    else if (message.type === "state") takeState(message);
    else if (message.type === "judged") takeJudged(message);
    else if (message.type === "go") go(message);
    else if (message.type === "grid" && message.message.type === "changed") grid.refresh();
    else if (message.type === "grid") grid.receive(message.message);
  }

  const left = make("div", { class: "bionb-right" }, grid.element, catcher);
  const element = make("div", {}, bar, form, status.element, make("div", { class: "bionb-browser" }, left, panel));
  return { element, label: "Sheet editor", receive, forget: () => {} };
}
