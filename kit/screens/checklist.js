// The checklist of one entry at a time. Each answer goes to Python under a key of its own and counts as saved only when
// Python has said so; until then it is sent again. Nodes are kept and filled anew, so that nobody loses a click.

const TIMEOUT = 4000; // ms without an answer before it is said that something is not saved
const PAUSE = 700; // ms after a choice before it is sent, so that arrow keys can pass by others
const LOOK = 10000; // ms between two looks at what others have recorded

function render({ model, el }) {
  const setup = model.get("setup");
  const say = sayer(setup.texts);
  const post = poster(model);
  const entries = new Map(setup.entries.map((entry) => [entry.id, entry]));
  const waiting = new Map(); // key -> {message, since, done}
  const uid = `c${Math.random().toString(36).slice(2, 8)}`;
  const known = {};
  let closed = "";
  let away = "";
  let loaded = false;
  let looked = Date.now();
  let at = null; // the event up to which all entries are true
  let shown = null;
  let filter = "";
  let saved = false;
  let serial = 0;
  let fields = [];
  let refresh = () => tell();

  // Messages

  const who = make("input", { id: `${uid}-who`, type: "text", autocomplete: "off", value: setup.verifier });
  const verifier = () => who.value.trim();
  const locked = () => Boolean(closed) || !verifier();
  who.addEventListener("input", () => (refresh(), fillMany()));

  function ask(message, done) {
    const key = newKey();
    const whole = { ...message, key, verifier: verifier() };
    waiting.set(key, { message: whole, since: Date.now(), done });
    post(whole);
    tell();
  }

  const look = () => post({ type: "load", at });

  model.on("msg:custom", (answer) => {
    if (answer.again) return; // the store is busy: the clock tries again
    looked = Date.now();
    if (answer.type === "same") return;
    at = answer.at ?? at;
    if (answer.entries) {
      closed = answer.closed;
      undecided.textContent = answer.undecided;
      undecided.hidden = !answer.undecided;
      Object.assign(known, answer.entries);
      offered = answer.many;
    }
    const asked = waiting.get(answer.key);
    waiting.delete(answer.key);
    if (!loaded && answer.entries) {
      loaded = true;
      drawSheet();
    }
    if (asked) {
      saved = saved || answer.type === "saved";
      asked.done(answer.type === "refused", answer.said);
    }
    fillList();
    fillMany();
    refresh();
    tell();
  });
  model.on("disconnected", (said) => ((away = said || say("form_not_connected")), tell()));
  model.on("reconnected", () => ((away = ""), look(), tell()));

  const clock = setInterval(() => {
    if (!loaded) return look();
    for (const asked of waiting.values()) if (Date.now() - asked.since > TIMEOUT) post(asked.message);
    if (!waiting.size && !document.hidden && Date.now() - looked > LOOK) look();
    tell();
  }, 2000);
  const guard = (event) => (waiting.size || fields.some((field) => field.dirty)) && event.preventDefault();
  const deafen = listen([window, "beforeunload", guard]);

  // The frame

  const heading = (level, ...about) => make(`h${level + (model.page ? 0 : 1)}`, ...about); // a notebook has an h1
  const status = make("p", { class: "status", role: "status", "aria-live": "polite" });
  const list = make("nav", { class: "list", "aria-label": say("list") });
  const sheet = make("section", { class: "sheet", "aria-label": setup.round });
  const columns = make("div", { class: "columns", "data-screen": "list" }, list, sheet);
  const root = make(
    "section",
    { class: "kit-form checklist", lang: setup.language },
    make(
      "header",
      {},
      make("p", { class: "muted" }, setup.title),
      heading(1, {}, setup.round),
      setup.simulated && make("p", { class: "notice" }, setup.simulated),
      setup.signed_in
        ? make("p", { class: "muted" }, setup.signed_in)
        : make("div", { class: "who" }, make("label", { for: who.id }, say("verifier")), who),
      model.leave && button(say("leave"), () => model.leave()),
    ),
    status,
    columns,
  );
  keepKeys(root);
  el.append(root);

  function tell() {
    const late = [...waiting.values()].some((asked) => Date.now() - asked.since > TIMEOUT);
    const wrong = fields.some((field) => field.error.textContent);
    const busy = waiting.size || fields.some((field) => field.dirty);
    const state = away ? "not_connected" : late ? "not_saved" : busy ? "saving" : wrong ? "refused" : saved ? "saved" : "ready";
    put(status, away || closed || say(verifier() ? `form_${state}` : "form_who"));
    status.dataset.state = state;
  }

  // What is recorded for many entries at once: asked once, in the words that Python has for it.

  let offered = {};
  const many = ["yes", "eligible"].map((what) => {
    const opener = button("", () => open(true), { class: "wide", "aria-expanded": "false" });
    const question = make("p", { tabindex: "-1" });
    const yes = button(say("confirm"), send, { class: "main" });
    const no = button(say("cancel"), () => (open(false), opener.focus()));
    const asks = make("div", { class: "notice", hidden: true }, question, make("div", { class: "tools" }, yes, no));
    const error = make("p", { class: "error", role: "alert" });
    const done = make("p", { class: "beside", role: "status" });
    let asked = "";

    function open(on) {
      asks.hidden = !on;
      opener.setAttribute("aria-expanded", String(on));
      error.textContent = "";
      fill();
      if (on) question.focus();
    }
    function send() {
      yes.disabled = true;
      leave();
      ask({ type: "all", what, confirmed: asked }, (refused, said) => {
        yes.disabled = false;
        if (!refused) open(false);
        error.textContent = refused ? said : "";
        done.textContent = refused ? "" : said;
        if (!refused) list.querySelector(".name").focus();
      });
    }
    function fill() {
      const now = offered[what];
      opener.textContent = now?.button ?? "";
      opener.disabled = locked();
      opener.hidden = !now;
      if (!now || locked()) asks.hidden = true;
      if (yes.disabled) return; // what was confirmed stays as it was read
      asked = now?.asks ?? "";
      question.textContent = asked.replace("{verifier}", verifier());
    }
    return { node: make("div", { class: "many" }, opener, asks, error, done), fill };
  });
  const fillMany = () => many.forEach((one) => one.fill());

  // The list

  const states = ["not_begun", "partial", "to_complete", "checked", "eligible", "not_eligible", "out"];
  const picker = make(
    "select",
    { id: `${uid}-filter`, onchange: (event) => ((filter = event.target.value), fillList(), refresh()) },
    make("option", { value: "" }, say("filter_all")),
    make("option", { value: "open" }, say("filter_open")),
    ...states.map((state) => make("option", { value: state }, say(`state_${state}`))),
  );
  const summary = make("p", { class: "muted" });
  const undecided = make("p", { class: "notice", hidden: true });
  const ordered = make("ol", { "aria-label": say("list") });
  const lines = setup.entries.map((entry) => {
    const state = make("span", { class: "state" });
    const head = make("span", { class: "line" }, make("span", {}, entry.id), state);
    const name = make("span", { class: "name" }, entry.title);
    const pick = button([head, name], () => choose(entry.id), { "data-entry": entry.id });
    return { entry, state, pick, node: make("li", {}, pick) };
  });
  ordered.append(...lines.map(({ node }) => node));
  list.append(
    heading(2, { class: "name", tabindex: "-1" }, say("list")),
    summary,
    undecided,
    ...many.map(({ node }) => node),
    make("div", { class: "tools" }, make("label", { for: picker.id }, say("filter")), picker),
    ordered,
  );

  const fits = (id) => !filter || (filter === "open" ? !known[id]?.decided : known[id]?.state === filter);
  const order = () => setup.entries.map(({ id }) => id).filter((id) => fits(id) || id === shown);

  function fillList() {
    const decided = setup.entries.filter(({ id }) => known[id]?.decided).length;
    summary.textContent = say("form_progress", { done: decided, all: setup.entries.length });
    for (const { entry, state, pick, node } of lines) {
      node.dataset.state = known[entry.id]?.state || "not_begun";
      node.hidden = !fits(entry.id) && entry.id !== shown;
      put(state, say(`state_${node.dataset.state}`));
      pick.setAttribute("aria-current", String(entry.id === shown));
    }
  }

  function choose(id) {
    if (!id) return;
    leave();
    look(); // others may be checking too
    shown = id;
    columns.dataset.screen = "sheet";
    fillList();
    drawSheet();
    sheet.querySelector(".name")?.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start" });
  }

  const go = (by) => choose(order()[order().indexOf(shown) + by]);

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !shown || event.target.closest("input:not([type=radio]), select, textarea")) return;
    const does = { j: () => go(1), k: () => go(-1), y: () => sheet.querySelector(".rest")?.click(), m: () => sheet.querySelector('[value="eligible"]')?.click() };
    does[event.key.toLowerCase()]?.();
  });

  // One thing that is said about an entry: its inputs, sent together. What follows while an answer is awaited is sent
  // after it, since only then is it known what it follows.

  function field(kind, criterion, { value, text }, complete = () => true) {
    const entry = shown;
    const name = `${kind}|${criterion}`;
    const error = make("p", { class: "error", role: "alert" });
    const by = make("p", { class: "beside" });
    const own = { dirty: false, sent: false, timer: 0, error, entry };
    const held = () => known[entry]?.said[name] || { value: "", text: "", number: 0, actor: "" };
    own.commit = () => {
      clearTimeout(own.timer);
      if (!own.dirty || own.sent || !complete()) return;
      own.dirty = false;
      const said = { value: value.get(), text: text ? text.value.trim() : "" };
      if (!own.wrong && said.value === held().value && said.text === held().text) return tell();
      own.sent = true;
      const message = { type: "save", entry, kind, criterion, ...said, seen: held().number };
      ask(message, (refused, said) => {
        own.sent = false;
        error.textContent = refused ? said : "";
        own.wrong = refused;
        if (own.dirty) own.commit();
      });
    };
    const touch = (pause) => () => {
      own.dirty = true;
      clearTimeout(own.timer);
      own.timer = setTimeout(own.commit, pause);
      tell();
    };
    value.on("change", touch(value.pause));
    if (text) {
      text.addEventListener("input", () => ((own.dirty = true), tell()));
      text.addEventListener("change", touch(0));
      text.addEventListener("keydown", (event) => event.key === "Enter" && own.commit());
    }
    own.refresh = () => {
      const now = held();
      if (!own.dirty && !own.sent && !own.wrong) {
        value.set(now.value);
        if (text) text.value = now.text;
      }
      by.textContent = now.actor ? say("by", { actor: now.actor }) : "";
      value.lock(locked());
      if (text) text.disabled = locked();
    };
    fields.push(own);
    return [error, by];
  }

  function radios(label, options) {
    const name = `${uid}-${serial++}`;
    const inputs = options.map(([value]) => make("input", { type: "radio", name, value }));
    const node = make(
      "fieldset",
      {},
      make("legend", {}, label),
      ...options.map(([value, word], n) => make("label", { "data-value": value }, inputs[n], word)),
    );
    return {
      node,
      pause: PAUSE,
      get: () => inputs.find((input) => input.checked)?.value ?? "",
      set: (value) => inputs.forEach((input) => (input.checked = input.value === value)),
      on: (event, then) => inputs.forEach((input) => input.addEventListener(event, then)),
      lock: (off) => inputs.forEach((input) => (input.disabled = off)),
    };
  }

  function box(type, label) {
    const node = make("input", { type, id: `${uid}-${serial++}` });
    return {
      node,
      label: make("label", { class: "block", for: node.id }, label),
      pause: 0,
      get: () => node.value,
      set: (value) => node.value !== value && (node.value = value), // half a date has no value yet, and stays
      on: (event, then) => node.addEventListener(event, then),
      lock: (off) => (node.disabled = off),
    };
  }

  function leave() {
    for (const own of fields) own.commit();
  }

  function drawSheet() {
    const entry = entries.get(shown);
    if (!entry || !loaded) return sheet.replaceChildren(make("p", { class: "muted" }, say("choose")));
    fields = [];
    const answers = ["yes", "to_complete", "no"].map((value) => [value, say(`answer_${value}`)]);
    const rows = setup.items.map((item, n) => {
      const choice = radios(item.name, [...answers, ["", say("answer_open")]]);
      const note = make("input", { type: "text", class: "note", autocomplete: "off", placeholder: say("note"), "aria-label": `${say("note")}: ${item.name}` });
      return make(
        "tr",
        { "data-item": item.id },
        make("th", { scope: "row" }, `${n + 1}. ${item.name}`),
        make("td", {}, make("div", { class: "said" }, choice.node, note), ...field("checked", item.id, { value: choice, text: note })),
      );
    });
    const receipts = ["digital", "paper"].map((which) => {
      const when = box("datetime-local", say(`received_${which}`));
      return make("div", {}, when.label, when.node, ...field("received", which, { value: when }));
    });
    const until = box("date", say("head_cure_until"));
    const why = box("text", say("head_cure_until_reason"));
    const cure = field("cure_until", "", { value: until, text: why.node }, () => until.get() || why.get().trim());
    const verdicts = ["eligible", "not_eligible"].map((value) => [value, say(`state_${value}`)]);
    const verdict = radios(say("head_admission"), verdicts);
    const reason = box("text", say("head_admission_reason"));
    const admission = field("admission", "", { value: verdict, text: reason.node }, () => verdict.get());
    const category = make("dd", {});
    const rest = asking("rest", "rest_yes", () => (leave(), { type: "all", entry: entry.id }), "about_rest");
    const previous = button(say("previous"), () => go(-1));
    const next = button(say("next"), () => go(1));
    sheet.replaceChildren(
      make(
        "div",
        { class: "tools" },
        button(`← ${say("back")}`, back, { class: "narrow" }),
        previous,
        next,
        make("span", { class: "muted" }, say("keys")),
      ),
      make("p", { class: "muted" }, entry.id),
      heading(2, { class: "name", tabindex: "-1" }, entry.title),
      make(
        "dl",
        {},
        ...[["unit", entry.unit], ["group", entry.group]].flatMap(([name, value]) => [make("dt", {}, say(name)), make("dd", {}, value)]),
        make("dt", {}, say("category")),
        category,
      ),
      heading(3, { class: "part" }, say("received")),
      make("div", { class: "grid2" }, ...receipts),
      heading(3, { class: "part", id: `${uid}-items` }, say("items")),
      rest.node,
      make(
        "table",
        { class: "checks", "aria-labelledby": `${uid}-items` },
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, say("item_head")), make("th", { scope: "col" }, say("answer")))),
        make("tbody", {}, ...rows),
      ),
      heading(3, { class: "part" }, say("cure")),
      make("div", { class: "grid2" }, make("div", {}, until.label, until.node), make("div", {}, why.label, why.node)),
      ...cure,
      heading(3, { class: "part" }, say("head_admission")),
      verdict.node,
      reason.label,
      reason.node,
      ...admission,
      ...decisions(entry),
    );
    refresh = () => {
      const now = known[entry.id];
      category.textContent = setup.categories.find(({ id }) => id === now?.category)?.name ?? "";
      rest.button.disabled = locked();
      const at = order().indexOf(shown);
      previous.disabled = at < 1;
      next.disabled = !order()[at + 1];
      for (const own of fields) own.refresh();
      tell();
    };
    refresh();
  }

  function back() {
    leave();
    columns.dataset.screen = "list";
    ordered.querySelector(`[data-entry="${CSS.escape(shown ?? "")}"]`)?.focus();
  }

  // A button that records something about an entry, with what came of it beside it.

  function asking(kind, name, message, about) {
    const error = make("p", { class: "error", role: "alert" });
    const done = make("p", { class: "beside", role: "status" }, about && say(about));
    const send = () =>
      ask(message(), (refused, said) => {
        error.textContent = refused ? said : "";
        done.textContent = refused ? "" : said;
      });
    const own = button(say(name), send, { class: kind });
    return { button: own, node: make("div", {}, make("div", { class: "tools" }, own), error, done) };
  }

  // Decisions that the selection may need: another category, or the same as another entry.

  function decisions(entry) {
    const target = make("select", { id: `${uid}-category` }, ...setup.categories.map(({ id, name }) => make("option", { value: id }, name)));
    const other = make("input", { id: `${uid}-other`, type: "text", autocomplete: "off", placeholder: "K1-02" });
    return [
      decision(entry, "category", target, say("move")),
      decision(entry, "duplicate", other, say("duplicate")),
    ];
  }

  function decision(entry, what, value, title) {
    const reason = make("input", { id: `${uid}-${what}-reason`, type: "text", autocomplete: "off" });
    const message = () => ({ type: "decide", entry: entry.id, what, value: value.value.trim(), reason: reason.value });
    return make(
      "details",
      {},
      make("summary", {}, title),
      make("p", { class: "muted" }, say(`about_${what}`)),
      make("label", { class: "block", for: value.id }, say(`value_${what}`)),
      value,
      make("label", { class: "block", for: reason.id }, say("head_admission_reason")),
      make("div", { class: "grid2" }, reason),
      asking("", "decide", message).node,
    );
  }

  fillList();
  fillMany();
  drawSheet();
  tell();
  look();
  return () => {
    leave();
    for (const asked of waiting.values()) post(asked.message); // once more: nobody else will
    clearInterval(clock);
    deafen();
  };
}

export default { render };
