// The project browser: a tree to search, and what is selected. Its kernel side is `browser.py`.

function createBrowser(send) {
  const queue = createQueue(send);
  let shown = { node: null, tabs: [] };

  const heading = make("h3");
  const filter = make("input", { type: "search", placeholder: "Search", "aria-label": "Search the tree" });
  const reload = button("Reload", () => queue.act({ type: "reload" }));
  const further = button("Search further", () => search(true), { class: "bionb-plain" });
  const words = make("span", { class: "bionb-faint", role: "status" });
  const tree = createTree({ ask: send, act: queue.act });
  const left = make(
    "div",
    { class: "bionb-left" },
    make("div", { class: "bionb-bar" }, filter, reload),
    tree.element,
    make("div", { class: "bionb-under" }, words, further),
  );

  const status = createStatus();
  const path = make("div", { class: "bionb-faint" });
  const title = make("h3");
  const kind = make("div", { class: "bionb-faint" });
  const tabs = make("div", { class: "bionb-tabs", role: "tablist", "aria-label": "What to see" });
  const panelId = uniqueId("panel");
  const panel = make("div", { role: "tabpanel", id: panelId, class: "bionb-panel" });
  const hint = make("p", { class: "bionb-faint", text: "Choose something: its table appears here." });
  const detail = make("div", { class: "bionb-detail" }, path, title, kind, tabs, panel);
  const right = make("div", { class: "bionb-right" }, status.element, hint, detail);
  let grid = null;
  detail.hidden = true;

  const toGrid = (message) => send({ type: "grid", node: shown.node, message });

  function search(more = false) {
    queue.act({ type: "filter", text: filter.value, further: more });
  }

  function takeShown(message) {
    const other = message.node !== shown.node;
    shown = message;
    detail.hidden = !shown.node;
    hint.hidden = Boolean(shown.node);
    if (!shown.node) return;
    setText(path, shown.path.join(" › "));
    setText(title, shown.title);
    setText(kind, `${shown.kind} ${shown.id}`);
    if (other || !grid) grid = createGrid({ send: toGrid, label: `${shown.kind} ${shown.title}` });
    showTab(shown.tab);
  }

  function showTab(name) {
    shown.tab = name;
    const focused = tabs.contains(document.activeElement);
    tabs.replaceChildren(
      ...shown.tabs.map((each) =>
        make("button", {
          type: "button",
          role: "tab",
          text: each,
          id: `${panelId}-${each}`,
          "aria-selected": String(each === name),
          "aria-controls": panelId,
          tabindex: each === name ? "0" : "-1",
          onclick: () => chooseTab(each),
        }),
      ),
    );
    panel.setAttribute("aria-labelledby", `${panelId}-${name}`);
    if (focused) tabs.querySelector('[aria-selected="true"]').focus();
    if (name === "Table") panel.replaceChildren(grid.element);
    else panel.replaceChildren(make("p", { class: "bionb-faint", text: "…" }));
  }

  function chooseTab(name) {
    showTab(name);
    queue.act({ type: "tab", node: shown.node, tab: name });
  }

  tabs.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const place = shown.tabs.indexOf(shown.tab) + by;
    chooseTab(shown.tabs[(place + shown.tabs.length) % shown.tabs.length]);
    tabs.querySelector('[aria-selected="true"]').focus();
  });

  function takeFigure({ picture, alt }) {
    const image = make("img", { class: "bionb-figure", src: `data:image/png;base64,${picture}`, alt });
    panel.replaceChildren(image);
  }

  function takeCode({ parts }) {
    panel.replaceChildren(
      ...parts.map(([name, text]) => {
        const copied = make("span", { class: "bionb-faint", role: "status" });
        const copy = button("Copy", () => toClipboard(text).then((done) => setText(copied, done ? "copied" : "the browser refused")));
        copy.setAttribute("aria-label", `Copy: ${name}`);
        const code = make("pre", { class: "bionb-code", tabindex: "0", "aria-label": name, role: "group", text });
        return make("div", {}, make("div", { class: "bionb-bar" }, make("b", { text: name }), copy, copied), code);
      }),
    );
  }

  function takeFiles({ folder, marked }) {
    const field = make("input", { type: "text", "aria-label": "Folder for the files" });
    field.value = folder;
    const start = (chosen) => () => queue.act({ type: "download", node: shown.node, folder: field.value, chosen });
    panel.replaceChildren(
      make("p", { class: "bionb-faint", text: "Files go to a folder of the computer on which the notebook runs." }),
      make("div", { class: "bionb-bar" }, make("label", {}, make("span", { text: "Folder " }), field)),
      make(
        "div",
        { class: "bionb-bar" },
        button("Download all", start(false), { class: "bionb-primary" }),
        marked ? button(`Download the ${marked} selected`, start(true)) : null,
      ),
    );
  }

  function receive(message) {
    if (message.type === "title") setText(heading, message.text);
    else if (message.type === "status") {
      status.show(message);
      detail.classList.toggle("bionb-waiting", Boolean(message.busy));
      detail.setAttribute("aria-busy", String(Boolean(message.busy)));
    } else if (message.type === "done") queue.done(message.of);
    else if (message.type === "shown") takeShown(message);
    else if (message.type === "tree" || message.type === "lines" || message.type === "go") {
      tree.receive(message);
      if (message.type !== "tree") return;
      setText(words, message.words);
      further.hidden = !message.further;
    } else if (message.node !== shown.node) return;
    else if (message.type === "grid") grid.receive(message.message);
    else if (message.type === "figure" && shown.tab === "Figure") takeFigure(message);
    else if (message.type === "code" && shown.tab === "Code") takeCode(message);
    else if (message.type === "files" && shown.tab === "Files") takeFiles(message);
  }

  filter.addEventListener("input", later(() => search(), 250));
  filter.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") tree.focus();
    else if (event.key === "Enter") search(true);
    else return;
    event.preventDefault();
  });

  further.hidden = true;
  const element = make("div", {}, heading, make("div", { class: "bionb-browser" }, left, right));
  return { element, label: "Project browser", receive, forget: queue.forget };
}
