// A tree of which only the lines that are seen are in the page. Its kernel side is `tree.py`.
//
// createTree({ask, act}) returns {element, receive, focus}. `ask` takes messages that only look, `act` those that do.

const LINE = 26;

function createTree({ ask, act }) {
  const id = uniqueId("tree");
  let tree = { total: 0, version: -1, selected: null };
  let lines = new Map(); // place -> line
  let asked = new Map();
  let place = 0; // of the line that has the focus
  let typed = "";
  let typedAt = 0;

  const body = make("div", { class: "bionb-lines", role: "none" });
  const element = make(
    "div",
    { class: "bionb-tree", role: "tree", tabindex: "0", id, "aria-label": "What there is" },
    body,
  );
  const pool = [];

  const draw = oncePainted(() => {
    const first = Math.max(0, Math.floor(element.scrollTop / LINE));
    const last = Math.min(tree.total, Math.ceil((element.scrollTop + element.clientHeight) / LINE) + 1);
    for (let number = 0; number < Math.max(pool.length, last - first); number += 1) {
      if (!pool[number]) {
        pool[number] = makeLine();
        body.append(pool[number].element);
      }
      const here = first + number;
      pool[number].element.hidden = here >= last;
      if (here < last) drawLine(pool[number], here);
      else pool[number].element.removeAttribute("id");
    }
    if (lines.has(place) && place >= first && place < last) element.setAttribute("aria-activedescendant", `${id}-${place}`);
    else element.removeAttribute("aria-activedescendant");
    fetchLines(first, last);
  });

  function makeLine() {
    const chevron = make("span", { class: "bionb-chevron", "aria-hidden": "true" });
    const title = make("span", { class: "bionb-line-title" });
    const kind = make("span", { class: "bionb-line-kind" });
    return { element: make("div", { class: "bionb-line", role: "treeitem" }, chevron, title, " ", kind), chevron, title, kind };
  }

  function drawLine({ element: row, chevron, title, kind }, here) {
    const line = lines.get(here) ?? { level: 1, title: "…", leaf: true, kind: "", position: 1, size: 1 };
    row.id = `${id}-${here}`;
    row.dataset.place = here;
    row.style.transform = `translateY(${here * LINE}px)`;
    row.style.paddingLeft = `${6 + (line.level - 1) * 16}px`;
    row.setAttribute("aria-level", line.level);
    row.setAttribute("aria-posinset", line.position);
    row.setAttribute("aria-setsize", line.size);
    row.setAttribute("aria-selected", line.key === tree.selected && !line.more ? "true" : "false");
    if (line.leaf) row.removeAttribute("aria-expanded");
    else row.setAttribute("aria-expanded", line.open ? "true" : "false");
    row.classList.toggle("bionb-active", here === place);
    row.classList.toggle("bionb-more", Boolean(line.more));
    setText(chevron, line.leaf ? (line.more ? "…" : "") : line.open ? "▾" : "▸");
    setText(title, line.title);
    setText(kind, line.more ? "" : line.kind);
    row.title = line.title;
  }

  function fetchLines(first, last) {
    const now = performance.now();
    for (let here = first; here < last; here += 1) {
      if (lines.has(here) || now - (asked.get(here) ?? -1e9) < 3000) continue;
      const start = Math.max(0, here - 60);
      for (let each = start; each < start + 200; each += 1) asked.set(each, now);
      ask({ type: "lines", version: tree.version, start });
      return;
    }
  }

  function takeLines(message) {
    if (message.version !== tree.version) return;
    message.lines.forEach((line, number) => lines.set(message.start + number, line));
    draw();
  }

  // Where the focus goes: to the line it was on, wherever that is now.
  function takeTree(message) {
    const before = lines.get(place);
    tree = message;
    lines = new Map();
    asked = new Map();
    body.style.height = `${tree.total * LINE}px`;
    takeLines(message.window);
    if (before && !same(before, lines.get(place))) {
      const moved = [...lines.entries()].find(([, line]) => same(before, line));
      place = moved ? moved[0] : before.key === tree.selected && tree.place !== null ? tree.place : place;
    }
    place = Math.max(0, Math.min(place, tree.total - 1));
    draw();
  }

  const same = (one, other) => Boolean(other) && one.key === other.key && Boolean(one.more) === Boolean(other.more);

  function receive(message) {
    if (message.type === "tree") takeTree(message);
    else if (message.type === "lines") takeLines(message);
    else if (message.type === "go") go(message.place);
  }

  function go(wanted) {
    place = Math.max(0, Math.min(tree.total - 1, wanted));
    const top = place * LINE;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + LINE > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + LINE - element.clientHeight;
    }
    draw();
  }

  function choose(here) {
    const line = lines.get(here);
    if (!line) return;
    if (line.more) act({ type: "more", node: line.key });
    else {
      tree.selected = line.key; // what was clicked is seen at once, however slow the server is
      act({ type: "select", node: line.key });
    }
    go(here);
  }

  function turn(here, open) {
    const line = lines.get(here);
    if (!line || line.leaf || line.open === open) return;
    act({ type: open ? "open" : "fold", node: line.key });
    go(here);
  }

  function type(letter) {
    const now = performance.now();
    typed = now - typedAt < 700 ? typed + letter : letter;
    typedAt = now;
    ask({ type: "type", text: typed, place: typed.length > 1 ? place : place + 1 });
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const line = lines.get(place);
    const page = Math.max(1, Math.floor(element.clientHeight / LINE) - 1);
    if (event.key === "ArrowDown") go(place + 1);
    else if (event.key === "ArrowUp") go(place - 1);
    else if (event.key === "PageDown") go(place + page);
    else if (event.key === "PageUp") go(place - page);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(tree.total - 1);
    else if (event.key === "Enter" || event.key === " ") choose(place);
    else if (event.key === "ArrowRight" && line) line.open ? go(place + 1) : turn(place, true);
    else if (event.key === "ArrowLeft" && line) line.open ? turn(place, false) : line.up >= 0 && go(line.up);
    else if (event.key.length === 1) type(event.key);
    else return;
    event.preventDefault();
  }

  element.addEventListener("scroll", draw, { passive: true });
  element.addEventListener("keydown", onKey);
  element.addEventListener("click", (event) => {
    const row = event.target.closest(".bionb-line");
    if (!row) return;
    const here = Number(row.dataset.place);
    const line = lines.get(here);
    if (line && !line.leaf && event.target.closest(".bionb-chevron")) turn(here, !line.open);
    else choose(here);
  });
  new ResizeObserver(draw).observe(element);

  return { element, receive, focus: () => element.focus({ preventScroll: true }) };
}
