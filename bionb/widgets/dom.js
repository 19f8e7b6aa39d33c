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

// Messages that change something go one at a time, and of those of one kind only the newest waits: impatient clicks on
// a slow server end at what was clicked last, not at what came in between.
function createQueue(send) {
  let number = 0;
  let busy = null;
  let waiting = [];
  const next = () => {
    busy = waiting.shift() ?? null;
    if (busy) send(busy);
  };
  return {
    act: (message) => {
      number += 1;
      const alike = (each) => each.type === message.type && (!["open", "fold", "more"].includes(message.type) || each.node === message.node);
      waiting = waiting.filter((each) => !alike(each));
      waiting.push({ ...message, of: number });
      if (!busy) next();
    },
    done: (of) => {
      if (busy && busy.of === of) next();
    },
    forget: () => {
      busy = null;
      waiting = [];
    },
  };
}

// Status of what is done: kept while it is empty too, or a screen reader would not hear the next words.
function createStatus() {
  const element = make("div", { class: "bionb-message", role: "status", "aria-live": "polite", tabindex: "-1" });
  return {
    element,
    show: ({ kind, title, lines, busy }) => {
      element.className = `bionb-message bionb-${kind}${busy ? " bionb-busy" : ""}`;
      const parts = [title ? make("b", { text: title }) : null, ...lines.map((text) => make("span", { text }))];
      element.replaceChildren(...parts.filter(Boolean));
    },
  };
}

// The picture of a widget that is saved with the notebook stands in the next output. While the widget lives, nobody
// should find everything twice: a reader of the screen, or a search in the page.
function createPicture(root) {
  let taken = new Map();
  let hidden = false;
  const next = () => {
    const child = root.closest(".jp-OutputArea-child");
    return child && child.nextElementSibling;
  };
  const take = () => {
    const after = next();
    for (const picture of hidden && after ? after.querySelectorAll(".bionb-saved") : []) {
      if (!picture.childNodes.length) continue;
      taken.set(picture, [...picture.childNodes]);
      picture.replaceChildren();
    }
  };
  const observer = new MutationObserver(() => {
    watch();
    take();
  });
  const watch = () => {
    observer.disconnect();
    const area = root.closest(".jp-OutputArea");
    const after = next();
    if (area) observer.observe(area, { childList: true });
    if (after) observer.observe(after, { childList: true, subtree: true });
  };
  return {
    hide: () => {
      hidden = true;
      watch();
      take();
    },
    show: () => {
      hidden = false;
      observer.disconnect();
      for (const [picture, parts] of taken) picture.replaceChildren(...parts);
      taken = new Map();
    },
  };
}

// The one element of a widget in the page. `create(send)` gives {element, label, receive, forget}. The widget answers
// when its kernel does; without one, the picture that was saved beside it is shown.
function renderWidget({ model, el }, create) {
  const part = create((message) => model.send(message));
  const note = make("p", { class: "bionb-note", role: "status" });
  const root = make("div", { class: "bionb", tabindex: "-1", role: "region", "aria-label": part.label }, note);
  root.append(part.element);
  for (const type of ["keydown", "keyup", "keypress", "paste", "copy", "cut"]) {
    root.addEventListener(type, (event) => event.stopPropagation());
  }
  const picture = createPicture(root);
  const tell = (words, saved = false) => {
    root.classList.toggle("bionb-silent", saved);
    if (saved) picture.show();
    setText(note, words);
    note.hidden = !words;
  };
  const waiting = setTimeout(() => {
    part.element.hidden = true;
    tell("The kernel has not answered: it is busy, or this is a saved view. Run the cell to use it.", true);
  }, 2500);
  const onMessage = (message) => {
    clearTimeout(waiting);
    part.element.hidden = false;
    tell("");
    picture.hide();
    part.receive(message);
  };
  const onEnd = () => {
    clearTimeout(waiting);
    part.forget();
    tell("The kernel was restarted or has gone: run the cell again to use this.");
  };
  model.on("msg:custom", onMessage);
  model.on("comm_live_update", onEnd);
  tell("");
  el.append(root);
  model.send({ type: "ready" });
  return () => {
    clearTimeout(waiting);
    picture.show();
    model.off("msg:custom", onMessage);
    model.off("comm_live_update", onEnd);
  };
}
