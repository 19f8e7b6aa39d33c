// Elements and keys: what all widgets stand on. All words of servers become text, never markup.

// Lab acts on keys wherever this is missing on the very element that has the focus: `x` would cut the cell.
const SUPPRESS = "data-lm-suppress-shortcuts";
const FOCUSABLE = ["A", "BUTTON", "INPUT", "SELECT", "SUMMARY", "TEXTAREA"];
let numbered = 0;

function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  if (FOCUSABLE.includes(element.tagName) || "tabindex" in options) element.setAttribute(SUPPRESS, "true");
  element.append(...children.filter((each) => each !== null && each !== undefined));
  return element;
}

function uniqueId(word) {
  numbered += 1;
  return `bionb-${word}-${numbered}-${Math.random().toString(36).slice(2, 8)}`;
}

function button(words, action, options = {}) {
  return make("button", { type: "button", text: words, onclick: action, ...options });
}

// A button is never disabled while it has the focus: the focus would fall to the notebook and with it the next key.
function setDisabled(element, disabled) {
  element.setAttribute("aria-disabled", disabled ? "true" : "false");
}

function isDisabled(element) {
  return element.getAttribute("aria-disabled") === "true";
}

function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function later(action, ms) {
  let timer = null;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), ms);
  };
}

// Once a picture, however often it is asked for.
function oncePainted(action) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      action();
    });
  };
}

function toClipboard(words) {
  const byHand = () => {
    const area = make("textarea", { style: "position: fixed; opacity: 0" });
    const before = document.activeElement;
    area.value = words;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (before && before.focus) before.focus({ preventScroll: true });
    return done;
  };
  if (!navigator.clipboard) return Promise.resolve(byHand());
  return navigator.clipboard.writeText(words).then(() => true, byHand);
}

function toFile(name, words, kind = "text/csv") {
  const link = make("a", { href: URL.createObjectURL(new Blob([words], { type: kind })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The one element of a widget in the page. It answers when its kernel does; without one, what was saved is shown.
function openWidget({ model, el, name, receive }) {
  const root = make("div", { class: "bionb", tabindex: "-1", role: "region", "aria-label": name });
  const note = make("p", { class: "bionb-note", role: "status" });
  let answered = false;
  for (const type of ["keydown", "keyup", "keypress", "paste", "copy", "cut"]) {
    root.addEventListener(type, (event) => event.stopPropagation());
  }
  const tell = (words) => {
    setText(note, words);
    note.hidden = !words;
  };
  const silent = (words) => {
    root.classList.add("bionb-silent");
    tell(words);
  };
  const heard = () => {
    answered = true;
    clearTimeout(waiting);
    root.classList.remove("bionb-silent");
    tell("");
  };
  const waiting = setTimeout(() => {
    if (!answered) silent("The kernel has not answered: it is busy, or this is a saved view. Run the cell to use it.");
  }, 2500);
  const onMessage = (message) => {
    heard();
    receive(message);
  };
  const onEnd = () => silent("The kernel was restarted or has gone: run the cell again to use this.");
  model.on("msg:custom", onMessage);
  model.on("comm_live_update", onEnd);
  el.append(root);
  root.append(note);
  tell("");
  return {
    root,
    send: (message) => model.send(message),
    start: () => model.send({ type: "ready" }),
    close: () => {
      clearTimeout(waiting);
      model.off("msg:custom", onMessage);
      model.off("comm_live_update", onEnd);
    },
  };
}
