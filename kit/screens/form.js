// What a judge sees of a round: the proposal beside its criteria, whose levels are tapped or typed, and a list of all
// entries. What is typed is kept and sent by saving.js; here is only what is shown.

const KEYS = {
  mark: "1 … 9",
  half: ",  .",
  undo: "⌫",
  level: "↑ ↓",
  entry: "J  K",
  send: "Ctrl + Enter",
  search: "/",
  help: "?",
  close: "Esc",
};
const TYPED_KEYS = ["field", "entry", "send", "search", "help", "close"];
const FILTERS = {
  all: () => true,
  unfinished: ({ state }) => ["not_begun", "partial"].includes(state),
  flagged: ({ flagged }) => flagged,
  complete: ({ state }) => state === "complete",
  submitted: ({ state }) => state === "submitted",
};
const NARROW = 800; // px below which one thing is shown at a time, as form.css has it in rem
const NOT_OWN = ["recused", "passed"];
const NOTHING = { state: "not_begun", locked: true, asked: [], marks: {}, readings: {}, filled: 0, standing: "" };

const number = (text) => (/^-?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : null);

function render({ model, el }) {
  const setup = model.get("setup");
  const say = sayer(setup.texts);
  const entries = new Map(setup.entries.map((entry) => [entry.id, entry]));
  const root = make("div", { class: "kit-form judge", lang: setup.language, "data-pane": "marks" });
  const form = { model, setup, say, root, uid: `f${Math.random().toString(36).slice(2, 8)}`, wanted: new Set(), sheet: null };
  const work = (form.work = saving({ model, setup, post: poster(model), changed: follow }));
  root.classList.toggle("page", Boolean(model.page));

  form.held = (id) => work.sheets.get(id) || NOTHING;
  form.locked = (id) => form.held(id).locked || NOT_OWN.includes(form.held(id).state);
  form.choose = choose;
  form.goOn = goOn;
  form.beside = beside;
  form.step = (by) => choose(beside(by));
  form.sendOn = () => sendOn(form);

  const list = (form.list = drawer(form));
  const help = (form.help = helpCard(form));
  const stuck = stuckList({ work, setup, say });
  const leaver = leaving({ model, work, setup, say });
  const top = header(form, leaver);
  const foot = (form.foot = footer(form));
  const panes = make("div", { class: "panes" });
  root.append(top.node, stuck.element, panes, foot.node, list.node, help, ...(leaver ? [leaver.dialog] : []));
  keepKeys(root);
  el.append(root);

  function beside(by) {
    const order = list.order();
    return order[order.indexOf(form.sheet?.entry.id) + by];
  }

  // The next sheet with work on it, after the one that is shown; after those the complete ones that are not sent.
  function unfinished() {
    const order = list.order();
    const at = order.indexOf(form.sheet?.entry.id) + 1;
    const turned = [...order.slice(at), ...order.slice(0, at)].filter((id) => id !== form.sheet?.entry.id);
    const first = (filter) => turned.find((id) => FILTERS[filter](form.held(id)) && !form.locked(id));
    return first("unfinished") ?? first("complete");
  }

  function goOn() {
    const next = unfinished();
    if (next) choose(next);
    else foot.tell(say("all_done"), "good");
  }

  function choose(id, { focus = true, address = "pushState" } = {}) {
    if (!entries.has(id)) return;
    work.finish();
    if (model.page && named() !== id) history[address](null, "", `#${encodeURIComponent(id)}`);
    root.dataset.pane = "marks";
    form.sheet = sheetOf(form, entries.get(id));
    panes.replaceChildren(form.sheet.proposal, form.sheet.marks);
    panes.scrollTop = 0;
    foot.tell("");
    follow();
    if (focus) form.sheet.begin();
  }

  // The entry in the page's address.
  function named() {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch {
      return "";
    }
  }

  function first() {
    const id = model.page && entries.has(named()) ? named() : unfinished() || list.order()[0];
    choose(id, { focus: Boolean(model.page), address: "replaceState" });
  }

  function follow(what) {
    if (!form.foot) return; // still being made
    if (work.loaded && !form.sheet) return first();
    if (what !== "status") for (const part of [form.sheet, top, list]) part?.follow();
    foot.follow();
    stuck.draw();
    leaver?.draw();
    for (const id of form.wanted) sendSaved(form, id);
  }

  const moved = () => named() !== form.sheet?.entry.id && choose(named());
  const pressed = keys(form);
  const deafen = listen([model.page ? document : root, "keydown", pressed], ...(model.page ? [[window, "hashchange", moved]] : []));
  follow();

  return () => {
    leaver?.stop();
    work.stop();
    deafen();
  };
}

// Around the sheet

function header(form, leaver) {
  const { setup, say, model } = form;
  const count = make("span", { class: "count" });
  const bar = make("progress", { "aria-hidden": "true" });
  const open = button("", () => form.list.open(), { class: "menu", title: say("entries") });
  open.append(make("span", { "aria-hidden": "true" }, "☰"), make("span", { class: "hidden-name" }, say("entries")), count);
  const heading = model.page ? "h1" : "h2"; // a notebook has one already
  const notices = [setup.typed, setup.simulated && say("simulated")].filter(Boolean);
  const node = make(
    "div", // no landmark: in JupyterLab it stands within one
    { class: "top" },
    open,
    bar,
    make("div", { class: "who" }, make(heading, {}, setup.title), make("p", {}, `${setup.round} · ${setup.judge}`)),
    button("?", () => form.help.showModal(), { class: "square", title: say("help"), "aria-label": say("help") }),
    leaver?.button,
    ...notices.map((said) => make("p", { class: "notice" }, said)),
  );
  function follow() {
    const { done, all } = counts(form);
    put(count, `${done}/${all}`);
    Object.assign(bar, { max: all || 1, value: done });
  }
  return { node, follow };
}

function counts(form) {
  const states = form.setup.entries.map(({ id }) => form.held(id).state).filter((state) => !NOT_OWN.includes(state));
  const sent = states.filter((state) => state === "submitted").length;
  return { all: states.length, sent, done: sent + states.filter((state) => state === "complete").length };
}

function footer(form) {
  const { say, work, setup } = form;
  const code = make("span", { class: "code" });
  const filled = make("span");
  const total = make("span", { class: "total" });
  const status = make("p", { class: "status", role: "status" });
  const said = make("p", { class: "said", role: "alert" });
  const sign = (text) => make("span", { "aria-hidden": "true" }, text);
  const word = (name) => make("span", { class: "shrinks" }, say(name));
  const previous = button([sign("‹ "), word("previous")], () => form.step(-1));
  const next = button([word("next"), sign(" ›")], () => form.step(1));
  const send = button("", form.sendOn, { class: "main" });
  const node = make(
    "div",
    { class: "foot" },
    make("div", { class: "now" }, make("p", { class: "sum" }, code, filled, total), status, said),
    make("div", { class: "tools" }, previous, next, send),
  );
  function tell(text, kind = "wrong") {
    said.dataset.kind = kind;
    put(said, text);
  }
  function follow() {
    const id = form.sheet?.entry.id;
    const held = form.held(id);
    const { state, said: now } = work.status();
    const again = held.withdrawn && ["ready", "saved"].includes(state) ? ` · ${id}: ${say("not_sent_again")}.` : "";
    put(status, now + again);
    status.dataset.state = state;
    const own = form.sheet && !NOT_OWN.includes(held.state);
    put(code, id ? `${id} · ` : "");
    put(filled, own ? say("filled", { filled: form.sheet.filled(), asked: held.asked.length }) : "");
    const old = state.startsWith("not_") && work.unsaved(id); // the total is the last one that was recorded
    put(total, own && held.total && held.filled && !old ? say("total", { total: held.total }) : "");
    put(send, say(!form.sheet || form.locked(id) || held.state === "submitted" ? "go_on" : "send_on"));
    previous.disabled = !form.beside(-1);
    next.disabled = !form.beside(1);
    send.disabled = !setup.entries.length || !work.loaded;
  }
  return { node, follow, tell, send };
}

// Send the sheet that is shown as soon as all of it is saved, and go on to the next.
function sendOn(form) {
  const { entry, empty, filled, go } = form.sheet;
  const { say, setup, work } = form;
  work.finish();
  form.foot.tell("");
  if (form.locked(entry.id) || (form.held(entry.id).state === "submitted" && !work.unsaved(entry.id))) return form.goOn();
  const lacking = empty();
  const n = Math.min(lacking.length, form.held(entry.id).asked.length - filled()); // refused ones are not empty
  if (n > 0) {
    form.foot.tell(say("empty", { n, counts: setup.counts }));
    return go(lacking[0]);
  }
  form.wanted.add(entry.id);
  sendSaved(form, entry.id);
}

function sendSaved(form, id) {
  const { work } = form;
  if (work.unsaved(id) && !work.refused(id)) return; // the next answer brings it here again
  form.wanted.delete(id);
  work.submit([id], (answer) => {
    if (answer.type !== "done") form.foot.tell(answer.said || "");
    else if (form.sheet.entry.id === id) form.goOn();
  });
}

function helpCard(form) {
  const { say, setup } = form;
  const tapped = setup.criteria.some((criterion) => criterion.tapped);
  const lines = (tapped ? Object.keys(KEYS) : TYPED_KEYS).map((name) => [KEYS[name] || "Enter ↑ ↓", say(`key_${name}`)]);
  const card = make(
    "dialog",
    { class: "help", "aria-labelledby": `${form.uid}-help` },
    make("h2", { id: `${form.uid}-help` }, say("help")),
    make("dl", {}, ...lines.flatMap(([key, does]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, does)])),
    make("p", { class: "muted" }, say("ready")),
    button(say("close"), () => card.close()),
  );
  return card;
}

function keys(form) {
  const digit = /^\d$/;
  const act = (key, typed) => {
    if (key === "j") return () => form.step(1);
    if (key === "k") return () => form.step(-1);
    if (key === "/") return () => form.list.open(true);
    if (key === "?") return () => form.help.showModal();
    if (typed || !form.sheet) return null;
    if (digit.test(key)) return () => form.sheet.digit(key);
    if (key === "," || key === ".") return () => form.sheet.half();
    if (key === "backspace") return () => form.sheet.undo();
    return null;
  };
  return (event) => {
    const elsewhere = event.altKey || event.isComposing || form.root.querySelector("dialog[open]");
    if (elsewhere || event.defaultPrevented || event.repeat) return; // a key that is held down marks once
    const { target } = event;
    const written = target.matches?.("textarea, select, input:not([data-criterion], [type=checkbox])");
    const control = event.ctrlKey || event.metaKey;
    let then = null;
    if (control) then = event.key === "Enter" && form.sheet && form.sendOn;
    else if (event.key === "Escape") then = written && (() => form.sheet.begin());
    else if (!written) then = act(event.key.toLowerCase(), target.matches?.("input[data-criterion]"));
    if (!then) return;
    event.preventDefault();
    then();
  };
}

// The list of entries

function drawer(form) {
  const { setup, say, work, uid } = form;
  const rows = new Map(setup.entries.map((entry) => [entry.id, row(form, entry)]));
  let filter = "all";
  let order = [...rows.keys()];
  const search = make("input", { id: `${uid}-search`, type: "text", autocomplete: "off", class: "wide", oninput: follow });
  const filters = Object.keys(FILTERS).map((name) => [name, button("", () => ((filter = name), follow()))]);
  const orders = ["reading", "open", "total", "code"].map((name) => make("option", { value: name }, say(`sort_${name}`)));
  const sort = make("select", { id: `${uid}-sort`, onchange: sorted }, ...orders);
  const summary = make("p", { class: "muted" });
  const close = button("✕", () => node.close(), { class: "square", "aria-label": say("close") });
  const listed = make("ol", { "aria-label": say("entries") }, ...[...rows.values()].map(({ node }) => node));
  const none = make("p", { class: "muted" }, say("none_found"));
  const sendAll = button("", () => work.submit(complete(), (answer) => put(said, answer.said || "")));
  const said = make("p", { class: "error", role: "alert" });
  const node = make(
    "dialog",
    { class: "list", "aria-labelledby": `${uid}-list`, onclick: ({ clientX }) => clientX > node.offsetWidth && node.close() },
    make("div", { class: "head" }, make("h2", { id: `${uid}-list` }, say("entries")), close),
    summary,
    make("label", { for: search.id, class: "hidden-name" }, say("search")),
    search,
    make("div", { class: "tools filters", role: "group", "aria-label": say("filter") }, ...filters.map(([, one]) => one)),
    make("div", { class: "tools" }, make("label", { for: sort.id }, say("sort")), sort),
    none,
    listed,
    make("div", { class: "tools" }, sendAll),
    said,
  );
  search.placeholder = say("search");

  const complete = () => order.filter((id) => form.held(id).state === "complete" && !form.locked(id));

  function sorted() {
    const all = [...rows.keys()];
    const done = (id) => !FILTERS.unfinished(form.held(id));
    const total = (id) => form.held(id).order ?? -Infinity;
    if (sort.value === "open") all.sort((a, b) => done(a) - done(b));
    if (sort.value === "code") all.sort((a, b) => a.localeCompare(b, setup.language, { numeric: true }));
    if (sort.value === "total") all.sort((a, b) => total(b) - total(a));
    order = all;
    listed.append(...order.map((id) => rows.get(id).node));
    form.foot.follow();
  }

  function follow() {
    const { all, done, sent } = counts(form);
    put(summary, say("progress", { done, all, sent }));
    const words = search.value.toLowerCase().split(/\s+/);
    let found = 0;
    for (const [id, one] of rows) {
      const seen = FILTERS[filter](form.held(id)) && words.every((word) => one.words.includes(word));
      one.node.hidden = !seen;
      found += seen;
      one.follow();
    }
    none.hidden = found > 0;
    for (const [name, one] of filters) {
      const said = { flagged: "flagged", submitted: "state_submitted" }[name] || `filter_${name}`;
      put(one, `${say(said)} ${order.filter((id) => FILTERS[name](form.held(id))).length}`);
      one.setAttribute("aria-pressed", name === filter);
    }
    put(sendAll, say("submit_all", { n: complete().length }));
    sendAll.disabled = !complete().length;
  }

  function open(searching = false) {
    work.finish();
    search.value = "";
    sorted();
    follow();
    node.showModal();
    const current = listed.querySelector('[aria-current="true"]');
    current?.scrollIntoView({ block: "center" });
    (searching ? search : current || search).focus();
  }

  return { node, follow, open, order: () => order };
}

// One entry in the list; its button stays the same, so that no click is lost.
function row(form, entry) {
  const { say, work } = form;
  const kinds = ["state", "", "", "line warn", "line warn"];
  const [state, flag, standing, again, unsaved] = kinds.map((kind) => make("span", { class: kind }));
  const pick = button("", () => (form.list.node.close(), form.choose(entry.id)), { "data-entry": entry.id });
  pick.append(
    make("span", { class: "line" }, make("span", {}, entry.id), state),
    make("span", { class: "name" }, entry.title),
    make("span", { class: "line" }, flag, standing),
    again,
    unsaved,
  );
  const node = make("li", {}, pick);
  function follow() {
    const held = form.held(entry.id);
    node.dataset.state = held.state;
    pick.setAttribute("aria-current", entry.id === form.sheet?.entry.id);
    put(state, say(`state_${held.state}`));
    put(flag, held.flagged ? `⚑ ${say("flagged")}` : "");
    put(standing, ["not_begun", ...NOT_OWN].includes(held.state) ? "" : held.standing);
    put(again, held.withdrawn ? say("not_sent_again") : "");
    put(unsaved, work.unsaved(entry.id) ? say("unsaved") : "");
  }
  const words = [entry.id, entry.title, ...entry.facts.map(([, value]) => value)].join(" ").toLowerCase();
  return { node, follow, words };
}

// One sheet

function sheetOf(form, entry) {
  const { setup, say, work } = form;
  const held = () => form.held(entry.id);
  const criteria = setup.criteria.filter(({ id }) => held().asked.includes(id));
  const shown = criteria.map((criterion) => criterionOf(form, entry, criterion, { pick, note, next }));
  const by = new Map(shown.map((one) => [one.id, one]));
  const given = []; // {id, before}: the marks given since the sheet was opened, for the key that takes the last one back
  const notes = ["entrant", "internal"].map((name) => commentOf(form, entry, name));
  const flag = flagOf(form, entry);
  const state = make("p", { class: "notice" });
  const ballot = make("div", { class: "ballot", role: "status" });
  const declare = recusal(form, entry);
  const past = make("ol", { class: "past" });
  const life = make("details", {}, make("summary", {}, say("history")), past);
  const marks = make(
    "section",
    { class: "marks", "aria-label": say("grid"), tabindex: "0" },
    state,
    ...setup.about.map((said) => make("p", { class: "rule" }, said)),
    ballot,
    ...shown.map((one) => one.node),
    make("h3", { class: "comments" }, say("comments")),
    ...notes.map((one) => one.node),
    declare,
    life,
  );
  let current = null; // the criterion that a digit marks
  let just = null; // the one just marked, whose mark a comma adds the half to, until the judge goes elsewhere

  function mark(one) {
    current = one;
    for (const other of shown) other.node.classList.toggle("current", other === one);
  }

  function go(id, scrolls = true) {
    mark(by.get(id) || null);
    current?.focus();
    if (current && scrolls) reveal(current.node);
  }

  // To the criterion after another, in the order of the sheet; after the last one to what is still empty, or to the end.
  function next(id, step = 1) {
    const at = criteria.findIndex((criterion) => criterion.id === id);
    if (criteria[at + step]) return go(criteria[at + step].id);
    if (step < 0) return;
    const last = criteria[at].tapped ? form.foot.send : notes[0].area;
    const lacking = criteria[at].tapped ? empty() : [];
    go(lacking[0]);
    if (!lacking.length) last.focus({ preventScroll: true });
    if (last === notes[0].area) reveal(notes[0].node);
  }

  const empty = () => shown.filter((one) => !one.stands()).map(({ id }) => id);

  // How many criteria have a mark: what the server says, since not all may be seen, and what is on its way to it.
  function filled() {
    const drafts = shown.filter(({ id }) => work.draft(entry.id, id) && !work.draft(entry.id, id).said);
    return drafts.reduce((sum, one) => sum + Boolean(one.stands()) - Boolean(held().marks[one.id]), held().filled);
  }

  function note(id) {
    if (given.at(-1)?.id !== id) given.push({ id, before: by.get(id).stands() });
  }

  function pick(id, value) {
    if (form.locked(entry.id)) return;
    just = by.get(id);
    given.push({ id, before: just.stands() });
    just.set(value);
    next(id);
  }

  function digit(key) {
    if (!current?.tapped || form.locked(entry.id)) return;
    const level = current.level(Number(key));
    if (level) pick(current.id, level.value);
    else current.tell(say("no_level", { value: key }));
  }

  function half() {
    const one = just || current;
    const value = one && number(one.stands());
    if (!one?.tapped || value == null || value % 1 || form.locked(entry.id)) return;
    const level = one.level(value + 0.5);
    if (!level) return one.tell(say("no_half"));
    note(one.id);
    one.set(level.value);
  }

  function undo() {
    if (form.locked(entry.id)) return;
    const last = given.pop() || (current?.tapped && current.stands() && { id: current.id, before: "" });
    if (!last) return;
    just = null;
    by.get(last.id).set(last.before);
    go(last.id);
  }

  function begin() {
    if (form.locked(entry.id)) marks.focus({ preventScroll: true });
    else if (empty().length) go(empty()[0], empty()[0] !== criteria[0].id);
    else go(criteria[0]?.id, false);
  }

  function follow() {
    const { state: now, withdrawn, history: steps } = held();
    const said = { recused: "is_recused", passed: "is_passed", submitted: "is_submitted" }[now] || (withdrawn && "is_withdrawn");
    put(state, said ? say(said) : "");
    state.hidden = !said;
    for (const one of [...shown, ...notes, flag]) one.follow();
    if (ballot.textContent !== work.ballot.map((one) => one.said).join("")) {
      ballot.replaceChildren(...work.ballot.map((one) => make("p", { class: one.twice ? "notice" : "muted" }, one.said)));
    }
    declare.hidden = form.locked(entry.id);
    life.hidden = !steps;
    past.replaceChildren(...changesSaid(form, steps || []));
  }

  const proposal = proposalOf(form, entry, flag.node);
  marks.addEventListener("focusin", ({ target }) => {
    const one = by.get(target.closest(".criterion")?.dataset.of);
    if (!one || one === current) return;
    just = null;
    mark(one);
  });
  return { entry, proposal, marks, follow, begin, go, digit, half, undo, empty, filled };
}

// Scroll the pane that a part stands in, and nothing around it, until all of the part is seen.
function reveal(node) {
  const pane = [node.closest(".marks"), node.closest(".panes")].find((one) => one && one.scrollHeight > one.clientHeight + 1);
  if (!pane) return;
  const [part, seen] = [node.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (part.top < seen.top || part.bottom > seen.bottom) pane.scrollTop += part.top - seen.top - 8;
}

function criterionOf(form, entry, criterion, { pick, note, next }) {
  const id = `${form.uid}-${criterion.id}`;
  const control = criterion.tapped ? radios(criterion, id, { pick, note }) : blank(criterion, id, next);
  const field = fieldOf(form, entry, criterion.id, control);
  const given = make("output", { class: "given", "aria-hidden": "true" });
  const name = criterion.tapped ? criterion.name : make("label", { for: id }, criterion.name);
  const about = [criterion.weight, criterion.tapped ? "" : criterion.scale].filter(Boolean).join(" · ");
  const node = make(
    "section",
    { class: "criterion", "data-of": criterion.id },
    make(
      "div",
      { class: "head" },
      make("div", {}, make("h3", { id: `${id}-name` }, name), make("p", { class: "muted", id: `${id}-scale` }, about)),
      make("div", { class: "mark" }, criterion.tapped ? given : control.node, field.waits),
    ),
    field.error,
    field.choice,
    criterion.question && make("p", { class: "question" }, criterion.question),
    criterion.tapped ? control.node : criterion.levels.length > 0 && meanings(criterion),
  );
  const near = (value) => (one) => one.classList.toggle("near", value != null && Math.abs(number(one.dataset.at) - value) < 1);
  function follow() {
    field.follow();
    put(given, field.stands());
    node.querySelectorAll("[data-at]").forEach(near(number(control.text())));
  }
  const level = (value) => criterion.levels.find((one) => number(one.value) === value);
  const { stands, set, tell } = field;
  return { id: criterion.id, tapped: criterion.tapped, node, level, follow, focus: control.focus, stands, set, tell };
}

function meanings({ levels }) {
  const meaning = ({ value, text }) => make("li", { "data-at": value }, make("strong", {}, value), make("span", {}, text));
  return make("ul", { class: "meanings" }, ...levels.map(meaning));
}

// The levels of a scale as a radio group: a tap or a digit gives a mark and goes on, an arrow only goes to another level.
function radios(criterion, id, { pick, note }) {
  const whole = ({ value }) => number(value) % 1 === 0;
  const between = criterion.levels.filter((level) => !whole(level));
  const halves = between.length > 0 && between.every(({ text }) => !text);
  const options = criterion.levels.map((level, n) => {
    const kind = halves && !whole(level) ? "half" : "level";
    const one = button("", () => pick(criterion.id, level.value), { role: "radio", "data-at": level.value, class: kind });
    one.append(make("strong", {}, level.value), ...(level.text ? [make("span", {}, level.text)] : []));
    one.style.gridRow = `${n + 1} / span 2`; // a half stands beside the two levels that it is between
    return one;
  });
  const about = { "aria-labelledby": `${id}-name`, "data-criterion": criterion.id };
  const kind = halves ? "levels halves" : "levels";
  const node = make("div", { role: "radiogroup", class: kind, onkeydown: arrow, ...about }, ...options);
  const chosen = () => options.find((one) => one.getAttribute("aria-checked") === "true");

  function show(text) {
    const value = number(text);
    for (const one of options) one.setAttribute("aria-checked", value != null && number(one.dataset.at) === value);
    const reached = chosen() || options[0];
    for (const one of options) one.tabIndex = one === reached ? 0 : -1;
  }

  function arrow(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = options.indexOf(event.target) + step;
    const one = options[(at + options.length) % options.length];
    note(criterion.id);
    show(one.dataset.at);
    one.focus({ preventScroll: true });
    node.dispatchEvent(new Event("input"));
  }

  const text = () => chosen()?.dataset.at || "";
  const lock = (locked) => options.forEach((one) => one.toggleAttribute("disabled", locked));
  const focus = () => (chosen() || options[0]).focus({ preventScroll: true });
  return { node, show, text, lock, focus };
}

// A mark that is typed.
function blank(criterion, id, next) {
  const about = { "aria-describedby": `${id}-scale`, "data-criterion": criterion.id };
  const node = make("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", ...about });
  node.addEventListener("focus", () => node.select());
  node.addEventListener("keydown", (event) => {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    next(criterion.id, step);
  });
  return written(node);
}

const written = (node) => ({
  node,
  text: () => node.value.trim(),
  show(text) {
    node.value = text;
  },
  lock: (locked) => node.toggleAttribute("disabled", locked),
  focus: () => node.focus({ preventScroll: true }),
});

// A field that saves itself: on leaving, on Enter, and after a pause.
function fieldOf(form, entry, name, control) {
  const { say, work } = form;
  const { node } = control;
  const error = make("p", { class: "error", id: `${form.uid}-e-${name}` });
  const waits = make("p", { class: "beside" });
  const draft = () => work.draft(entry.id, name);
  const stands = () => draft()?.text ?? work.recorded(entry.id, name);
  const option = (label, then) => {
    const taken = () => (then(entry.id, name), control.show(stands()), control.focus());
    return button(say(label), taken);
  };
  const mine = option("keep_mine", work.keepMine);
  const theirs = option("take_theirs", work.takeTheirs);
  const choice = make("div", { class: "tools choice", hidden: true }, mine, theirs);
  const save = (again) => work.save(entry.id, name, control.text(), again);
  let remark = ""; // why a key gave no mark
  node.addEventListener("keydown", (event) => event.key === "Enter" && node.tagName === "INPUT" && save(true));
  node.addEventListener("change", () => save());
  node.addEventListener("input", () => {
    forget();
    work.type(entry.id, name, control.text());
    form.sheet.follow();
  });
  node.setAttribute("aria-describedby", `${node.getAttribute("aria-describedby") || ""} ${error.id}`.trim());

  function set(text) {
    forget();
    control.show(text);
    if (draft()?.conflict) work.type(entry.id, name, text);
    else work.save(entry.id, name, text, true);
    form.sheet.follow();
  }

  function tell(text) {
    remark = text;
    put(error, draft()?.said || remark);
  }

  // What was said before this change need not be true after it.
  function forget() {
    tell("");
    form.foot.tell("");
  }

  function follow() {
    const own = draft();
    const locked = form.locked(entry.id);
    put(error, own?.said || remark);
    put(waits, work.beside(entry.id, name));
    choice.hidden = !own?.said || !(own.conflict || locked);
    mine.hidden = locked;
    put(theirs, say(locked ? "discard" : "take_theirs"));
    control.lock(locked);
    node.toggleAttribute("aria-invalid", false);
    if (own?.said) node.setAttribute("aria-invalid", "true");
    // Never a field that is typed into; one that is only entered shows what another window has saved meanwhile.
    const entered = document.activeElement === node && (own || control.text() === work.recorded(entry.id, name));
    if (!own?.typing && !entered) control.show(stands());
  }
  return { error, waits, choice, follow, stands, set, tell };
}

function commentOf(form, entry, name) {
  const area = make("textarea", { id: `${form.uid}-${name}` });
  const field = fieldOf(form, entry, name, written(area));
  const label = make("label", { class: "block", for: area.id }, form.say(name));
  return { node: make("div", {}, label, area, field.error, field.choice, field.waits), area, follow: field.follow };
}

function flagOf(form, entry) {
  const { say, work, setup } = form;
  const onchange = () => work.save(entry.id, "flag", box.checked ? "on" : "off");
  const box = make("input", { type: "checkbox", onchange });
  const error = make("p", { class: "error", role: "alert" });
  const node = make("div", {}, make("label", { class: "check" }, box, say("flag")), error);
  node.hidden = Boolean(setup.typed);
  function follow() {
    box.checked = (work.draft(entry.id, "flag")?.text ?? work.recorded(entry.id, "flag")) === "on";
    box.disabled = form.locked(entry.id);
    put(error, work.flagRefused(entry.id));
  }
  return { node, follow };
}

// What is proposed: title, facts, documents, and the first PDF in its place.
function proposalOf(form, entry, flag) {
  const { say, setup, root } = form;
  const tab = (pane) => button(say(pane), () => turn(pane), { "data-pane": pane });
  const tabs = [tab("marks"), tab("proposal")];
  const pdf = entry.documents.find(shows);
  // Closed where a PDF is shown below, until the judge opens it, and then as the judge left it.
  const below = pdf && root.clientWidth >= NARROW;
  const facts = make("details", { class: "facts", open: form.factsOpen ?? !below });
  facts.append(
    make("summary", {}, say("facts")),
    make("dl", {}, ...entry.facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
  );
  facts.firstChild.addEventListener("click", () => (form.factsOpen = !facts.open));
  const about = make(
    "div",
    { class: "about" },
    setup.blind && make("p", { class: "notice" }, say("blind")),
    facts,
    ...documents(form, entry, (one) => frame?.show(one)),
  );
  const frame = pdf && viewer(form);
  if (frame) about.append(frame.node);
  frame?.show(pdf);
  function turn(pane) {
    root.dataset.pane = pane;
    for (const one of tabs) one.setAttribute("aria-pressed", one.dataset.pane === pane);
  }
  turn("marks");
  return make(
    "section",
    { class: "proposal", "aria-label": say("facts"), tabindex: "0" },
    make("div", { class: "title" }, make("p", { class: "muted" }, entry.id), make("h2", {}, entry.title), flag),
    make("div", { class: "tools tabs", role: "group", "aria-label": entry.id }, ...tabs),
    about,
  );
}

// Whether a document is a PDF on file and the browser shows such in a frame.
const shows = ({ url }) => navigator.pdfViewerEnabled && /\.pdf$/i.test(url) && !/^https?:/.test(url);

function viewer(form) {
  const node = make("iframe", { class: "pdf", loading: "lazy" });
  function show(one) {
    node.title = one.name;
    node.src = `${address(one.url)}#navpanes=0&view=FitH`; // without its list of pages, as wide as there is room
  }
  return { node, show };
}

function documents(form, entry, show) {
  const { say } = form;
  const there = entry.documents.filter(({ url }) => url);
  const missing = entry.documents.filter(({ url }) => !url).map(({ name }) => name);
  const several = there.filter(shows).length > 1;
  const item = (one) =>
    make(
      "li",
      {},
      make("a", { href: address(one.url), target: "_blank", rel: "noopener" }, one.name),
      several && shows(one) && button(say("show_here"), () => show(one)),
    );
  return [
    make("div", { class: "documents" }, make("h3", {}, say("documents")), there.length > 0 && make("ul", {}, ...there.map(item))),
    missing.length > 0 && make("p", { class: "muted" }, say("no_file", { names: missing.join(", ") })),
    !entry.documents.length && make("p", { class: "muted" }, say("no_documents")),
  ];
}

// Files lie below the server's own root, which JupyterLab writes into its page.
function address(url) {
  if (/^https?:/.test(url)) return url;
  const config = document.getElementById("jupyter-config-data");
  const base = config ? JSON.parse(config.textContent).baseUrl || "/" : "/";
  return base + url.split("/").map(encodeURIComponent).join("/");
}

function recusal(form, entry) {
  const { say, setup, work, uid } = form;
  const kinds = ["–", ...setup.kinds].map((name, n) => make("option", n ? {} : { value: "" }, name));
  const kind = make("select", { id: `${uid}-kind` }, ...kinds);
  const reason = make("input", { id: `${uid}-reason`, type: "text", autocomplete: "off", class: "wide" });
  const said = make("p", { class: "error", role: "alert" });
  function declare() {
    if (!kind.value || !reason.value.trim()) {
      put(said, say("recuse_missing"));
      return (kind.value ? reason : kind).focus();
    }
    work.recuse(entry.id, kind.value, reason.value, (answer) => {
      put(said, answer.said || "");
      if (answer.type === "done") form.sheet.begin(); // the button that had the focus is gone
    });
  }
  return make(
    "details",
    {},
    make("summary", {}, say("recuse")),
    make("p", { class: "muted" }, say("recuse_about")),
    make("label", { class: "block", for: kind.id }, say("recuse_kind")),
    kind,
    make("label", { class: "block", for: reason.id }, say("recuse_reason")),
    reason,
    make("div", { class: "tools" }, button(say("recuse_confirm"), declare)),
    said,
  );
}

function changesSaid({ say, setup }, steps) {
  const names = new Map(setup.criteria.map(({ id, name }) => [id, name]));
  const step = ({ time, actor, field, text }) =>
    make(
      "li",
      {},
      make("span", { class: "muted" }, [time, actor, ""].filter((part, n) => part || n > 1).join(" · ")),
      `${names.get(field) || say(field)}: `,
      make("strong", {}, text || say("cleared")),
    );
  return steps.length ? steps.map(step) : [make("li", { class: "muted" }, say("history_none"))];
}

export default { render };
