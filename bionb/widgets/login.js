// The login. Its kernel side is `login.py`. What is typed into a field leaves it by one message when it is sent, and the
// field is emptied before that; nothing of it is kept here.

function createLogin(send) {
  const queue = createQueue(send);
  let form = null;
  let browser = null;

  const title = make("h3");
  const cards = make("div", { class: "bionb-cards", role: "group", "aria-label": "Platforms" });
  const fields = make("form", { class: "bionb-form", autocomplete: "off" });
  const status = createStatus();
  const browse = button("Browse", () => queue.act({ type: "browse" }), { class: "bionb-primary" });
  const signOut = button("Sign out", () => queue.act({ type: "sign_out" }));
  const connected = make("div", { class: "bionb-bar" }, browse, signOut);
  const place = make("div");
  const element = make("div", { class: "bionb-login" }, title, cards, fields, status.element, connected, place);
  connected.hidden = true;
  fields.addEventListener("submit", submit);

  function drawCards() {
    cards.hidden = form.cards.length < 2 || form.connected;
    cards.replaceChildren(
      ...form.cards.map(({ name, label }) =>
        make(
          "div",
          { class: `bionb-card${name === form.platform ? " bionb-chosen" : ""}` },
          button(label, () => queue.act({ type: "platform", name }), {
            class: "bionb-card-name",
            "aria-pressed": String(name === form.platform),
          }),
          button("Sandbox", () => queue.act({ type: "sandbox", name }), { "aria-label": `${label}: sandbox, no account` }),
        ),
      ),
    );
  }

  let parts = {};
  function drawForm() {
    const { servers, choice, url } = form;
    const select = make("select", {}, ...servers.map(([name, label]) => make("option", { value: name, text: label })));
    const address = make("input", { type: "url", placeholder: "https://", spellcheck: "false" });
    const words = make("p", { class: "bionb-faint" });
    const tick = make("input", { type: "checkbox" });
    const warning = make("label", { class: "bionb-tick bionb-warning" }, tick, make("span"));
    const remember = make("input", { type: "checkbox" });
    const link = make("a", { target: "_blank", rel: "noopener noreferrer" });
    const help = make("p", { class: "bionb-faint" }, make("span", { text: `${form.help} ` }), link);
    const inputs = new Map(form.fields.map((field) => [field, makeField(field)]));
    const first = [...inputs].filter(([field]) => field.first).map(([field, input]) => labelled(field.label, input));
    const others = [...inputs].filter(([field]) => !field.first).map(([field, input]) => labelled(field.label, input));
    const addressRow = labelled("Server URL", address);
    select.value = choice;
    address.value = url;
    parts = { select, address, addressRow, words, tick, warning, link, inputs, remember };
    const tell = () => {
      tick.checked = false;
      send({ type: "server", choice: servers.length ? select.value : "other", url: address.value });
      addressRow.hidden = servers.length > 0 && select.value !== "other";
    };
    select.addEventListener("change", tell);
    address.addEventListener("input", later(tell, 200));
    addressRow.hidden = servers.length > 0 && choice !== "other";
    fields.replaceChildren(
      ...[
        servers.length ? labelled("Server", select) : null,
        addressRow,
        words,
        warning,
        ...first,
        help,
        others.length ? make("details", {}, make("summary", { text: "Other ways to log in" }), ...others) : null,
        form.keyring ? make("label", { class: "bionb-tick" }, remember, make("span", { text: "Remember in the system keyring" })) : null,
        make(
          "div",
          { class: "bionb-bar" },
          make("button", { type: "submit", class: "bionb-primary", text: "Connect" }),
          form.cards.length > 1 ? null : button("Use the sandbox, no account", () => queue.act({ type: "sandbox", name: form.platform })),
        ),
      ].filter(Boolean),
    );
    takeServer(form.server);
  }

  function makeField({ secret }) {
    return make("input", {
      type: secret ? "password" : "text",
      autocomplete: secret ? "new-password" : "off",
      autocapitalize: "off",
      spellcheck: "false",
    });
  }

  function labelled(words, input) {
    const id = uniqueId("field");
    input.id = id;
    return make("div", { class: "bionb-field" }, make("label", { for: id, text: words }), input);
  }

  function takeServer({ words, http, page }) {
    setText(parts.words, words);
    parts.words.hidden = !words;
    parts.warning.hidden = !http;
    setText(parts.warning.lastChild, http);
    parts.link.hidden = !page;
    if (page) parts.link.href = page;
    setText(parts.link, page ? `Open ${page.replace(/^https?:\/\//, "")}` : "");
  }

  function submit(event) {
    event.preventDefault();
    const values = {};
    for (const [field, input] of parts.inputs) {
      if (input.value) values[field.name] = input.value;
      if (field.secret) input.value = "";
    }
    const choice = form.servers.length ? parts.select.value : "other";
    const more = { http: parts.tick.checked, remember: parts.remember.checked };
    queue.act({ type: "connect", choice, url: parts.address.value, values, ...more });
  }

  // The focus of what goes away goes to what says why.
  function takeForm(message) {
    const held = fields.contains(document.activeElement) || connected.contains(document.activeElement);
    const same = form && form.platform === message.platform && form.connected === message.connected;
    form = message;
    setText(title, form.connected ? form.label : form.cards.length > 1 ? "Log in" : `Log in to ${form.label}`);
    drawCards();
    if (!same) {
      drawForm();
      fields.hidden = form.connected;
      connected.hidden = !form.connected;
      if (held) (form.connected ? browse : status.element).focus();
    }
    if (!form.connected) {
      browser = null;
      place.replaceChildren();
    }
  }

  function receive(message) {
    if (message.type === "form") takeForm(message);
    else if (message.type === "server") takeServer(message);
    else if (message.type === "status") status.show(message);
    else if (message.type === "done") queue.done(message.of);
    else if (message.type === "browse" && !browser) {
      browser = createBrowser((inner) => send({ type: "browser", message: inner }));
      place.replaceChildren(browser.element);
    } else if (message.type === "browser" && browser) browser.receive(message.message);
  }

  const forget = () => {
    queue.forget();
    if (browser) browser.forget();
  };
  return { element, label: "Log in", receive, forget };
}
