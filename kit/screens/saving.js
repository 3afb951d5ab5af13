// What a judge types, until it is recorded. Each change has a key of its own and stays in `changes`, and in the browser's
// storage, until Python says under that key that it is durably recorded, or why it is not. Nothing here shows anything.

const PAUSE = 1200; // ms after the last keystroke before a field is saved without being left
const TIMEOUT = 4000; // ms without an answer after which something counts as not saved, and is sent again
const LONG = 20000; // ms after which waiting alone will not help

// What the browser keeps. A page may have no leave, or no room, to store anything: that lasts as long as the page.
const memory = new Map();
const storage = {
  names: () => [...new Set([...memory.keys(), ...attempt(() => Object.keys(localStorage), [])])],
  get: (name) => memory.get(name) ?? attempt(() => localStorage.getItem(name)),
  set(name, text) {
    memory.set(name, text);
    attempt(() => {
      localStorage.setItem(name, text);
      memory.delete(name);
    });
  },
  remove(name) {
    memory.delete(name);
    attempt(() => localStorage.removeItem(name));
  },
};

function attempt(act, otherwise = null) {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

// `changed` is called with "status" when only that may say something else, with "field" when fields of the sheet that is
// shown may, and with "sheets" after anything else.
function saving({ model, setup, post, changed }) {
  const say = sayer(setup.texts);
  const begun = performance.now(); // which no clock that is set meanwhile can move
  const entries = new Set(setup.entries.map(({ id }) => id));
  const sheets = new Map(); // entry -> its sheet as it is on record
  const changes = new Map(); // key -> change, in the order in which they were typed; one with `said` was refused
  const calls = new Map(); // key -> {message, since, sent, done}: other messages that are not answered
  const timers = new Map(); // "entry|field" -> what saves a field that is still being typed into
  const times = new Map(); // "entry|field" -> when it was last recorded, as it is shown
  const flagsRefused = new Map(); // entry -> why its flag was not recorded
  const kept = {
    get connected() {
      return away === null;
    },
    loaded: false,
    open: true,
    ballot: [],
    sheets,
    flagRefused: (entry) => flagsRefused.get(entry) || "",
  };
  let lastSaved = "";
  let away = null; // why there is no connection; "" while there will be one by itself
  let last = 0;

  // What was meant for one judge is refused where another sits by now.
  const tell = (message) => post({ ...message, store: setup.store });
  const slot = (entry, field) => `${entry}|${field}`;
  const of = (entry, field) => [...changes.values()].filter((one) => one.entry_id === entry && one.field === field);
  const draft = (entry, field) => of(entry, field).at(-1);
  const pending = () => [...changes.values()].filter((change) => !change.said);
  const late = (item) => !item.typing && performance.now() - item.since > TIMEOUT;

  function recorded(entry, field) {
    const own = sheets.get(entry);
    if (field === "flag") return own?.flagged ? "on" : "off";
    return own?.marks[field] ?? own?.comments[field] ?? "";
  }

  // The browser keeps what Python has not confirmed, so that closing the page by mistake loses nothing: each change
  // under a name of its own, so that two windows of one judge do not undo each other's. A name begins with
  // `setup.store`, which is kit/EDITION/ROUND/JUDGE/ACTOR, so that nothing is ever shown to, or sent for, another judge.

  const nameOf = (key) => `${setup.store}/${key}`;

  function keep({ entry_id, field, text, key, seen, order, said, conflict }) {
    storage.set(nameOf(key), JSON.stringify({ entry_id, field, text, key, seen, since: order, said, conflict }));
  }

  function forget({ key }) {
    changes.delete(key);
    storage.remove(nameOf(key));
  }

  // Everything that the browser keeps of this judge, of whichever round.
  function stored() {
    const [, edition, , judge] = setup.store.split("/");
    const found = storage.names().map((name) => [name, ...name.split("/")]);
    const own = found.filter(([, kit, of, , who]) => kit === "kit" && of === edition && who === judge);
    const read = own.map(([name, , , round]) => ({ name, round, change: attempt(() => JSON.parse(storage.get(name))) }));
    return read.filter(({ change }) => change?.key);
  }

  function recall() {
    const found = stored().filter(({ name, change }) => name === nameOf(change.key) && !changes.has(change.key));
    const mine = found.map(({ change }) => change).filter(({ entry_id }) => entries.has(entry_id));
    for (const { since: order, ...change } of mine.sort((a, b) => a.since - b.since)) {
      last = Math.max(last, order);
      changes.set(change.key, { ...change, order, since: performance.now(), tried: true });
    }
  }

  // Note a text as soon as it is typed, so that the browser has it. Another text has another key: this one may have been
  // sent by another window, which found it in the storage.
  function note(entry_id, field, text) {
    const own = of(entry_id, field);
    const waiting = own.find((change) => !change.said && !change.tried);
    if (waiting?.text === text) return waiting;
    for (const change of own) if (change.said || !change.tried) forget(change);
    const unasked = field === "flag" || (!waiting && own.some((change) => !change.said));
    const seen = unasked ? null : waiting ? waiting.seen : sheets.get(entry_id)?.numbers[field] ?? 0;
    last = Math.max(Date.now(), last + 1); // in order even if somebody sets the clock back
    const change = { entry_id, field, text, seen, key: newKey(), order: last, since: performance.now() };
    changes.set(change.key, change);
    keep(change);
    return change;
  }

  // What is typed into a field saves itself after a pause.
  function type(entry, field, text) {
    const own = draft(entry, field);
    if (own?.conflict) {
      own.text = text;
      return keep(own);
    }
    const name = slot(entry, field);
    const run = () => save(entry, field, text);
    clearTimeout(timers.get(name)?.id);
    timers.set(name, { id: setTimeout(run, PAUSE), run });
    note(entry, field, text).typing = true;
    changed("status");
  }

  // Save what stands in a field that is left, or in which somebody pressed Enter, which is to send `again` what was
  // refused; nothing happens where it is saved already.
  function save(entry, field, text, again = false) {
    clearTimeout(timers.get(slot(entry, field))?.id);
    timers.delete(slot(entry, field));
    const own = draft(entry, field);
    if (own?.conflict) return; // one of the two is chosen by its button, never by the way
    const settles = again && sheets.get(entry)?.readings[field] === "typed_open";
    const same = text === recorded(entry, field) && !settles;
    if (same && !of(entry, field).some((change) => change.tried && !change.said)) {
      if (own) drop(entry, field); // typed and taken away again: there is nothing to send
    } else if (!own || own.typing || text !== own.text || (own.said && again)) send(entry, field, text);
  }

  function send(entry, field, text) {
    Object.assign(note(entry, field, text), { typing: false, since: performance.now() });
    flush();
    changed("field");
  }

  // Forget what was typed into a field and is not recorded.
  function drop(entry, field) {
    of(entry, field).forEach(forget);
    changed("sheets");
  }

  function keepMine(entry, field) {
    const { text } = draft(entry, field);
    of(entry, field).forEach(forget);
    send(entry, field, text);
  }

  // Save what is being typed.
  function finish() {
    for (const timer of [...timers.values()]) timer.run();
  }

  // A field's next text waits until the one before is answered: only then is it known what it follows. What was sent
  // before goes alone, so that one change that cannot be answered does not hold up the others.
  function flush(wanted = (change) => !change.sent) {
    if (!kept.loaded || away !== null) return;
    const first = new Map();
    for (const change of pending()) {
      const name = slot(change.entry_id, change.field);
      if (!change.typing && !first.has(name)) first.set(name, change);
    }
    const due = [...first.values()].filter(wanted);
    const again = due.filter((change) => change.tried).map((change) => [change]);
    for (const some of [due.filter((change) => !change.tried), ...again]) {
      const said = some.map(({ entry_id, field, text, key, seen }) => ({ entry_id, field, text, key, seen }));
      if (said.length) tell({ type: "save", changes: said });
    }
    for (const change of due) Object.assign(change, { sent: performance.now(), tried: true });
  }

  function call(message, done) {
    const key = newKey();
    calls.set(key, { message: { ...message, key }, since: performance.now(), sent: performance.now(), done });
    tell({ ...message, key });
    changed("status");
  }

  function submit(ids, done) {
    finish();
    const waiting = ids.filter(unsaved);
    if (waiting.length) done({ type: "refused", said: say("submit_unsaved", { entries: waiting.join(", ") }) });
    else call({ type: "submit", entries: ids }, done);
  }

  const recuse = (entry, kind, reason, done) => call({ type: "recuse", entry, kind, reason }, done);
  const unsaved = (entry) => [...changes.values()].some((change) => change.entry_id === entry);
  const refused = (entry) => [...changes.values()].some((change) => change.entry_id === entry && change.said);
  const asking = () => calls.size > 0;

  // Only the page of our own server says these.
  model.on("disconnected", (said) => {
    away = said;
    changed("field");
  });
  model.on("reconnected", () => {
    away = null;
    tell({ type: "load" });
    resend(() => true);
    changed("field");
  });

  model.on("msg:custom", (message) => {
    for (const [entry, sheet] of Object.entries(message.sheets || {})) sheets.set(entry, sheet);
    if (message.ballot) kept.ballot = message.ballot;
    if (message.time) lastSaved = message.time;
    if (message.type === "loaded") kept.loaded = true;
    else if (kept.open && message.open === false) tell({ type: "load" }); // closed meanwhile: which sheets is news
    kept.open = message.open ?? kept.open;
    message.outcomes?.forEach(settle);
    const asked = calls.get(message.key);
    calls.delete(message.key);
    asked?.done(message);
    flush();
    changed("sheets");
  });

  function settle(outcome) {
    const change = changes.get(outcome.key);
    if (!change) return;
    if (outcome.again) return Object.assign(change, { waits: outcome.said, answered: performance.now() }); // the clock tries again
    const { entry_id, field } = change;
    changes.delete(change.key);
    if (field === "flag") flagsRefused.set(entry_id, outcome.said);
    const newer = of(entry_id, field);
    for (const next of newer) {
      // What was typed meanwhile follows this one, if it was recorded; a refused one changed nothing.
      next.seen = outcome.said ? change.seen : outcome.number;
      keep(next);
    }
    if (outcome.said && !newer.length && field !== "flag") {
      Object.assign(change, { said: outcome.said, conflict: outcome.conflict });
      changes.set(change.key, change);
      return keep(change);
    }
    storage.remove(nameOf(change.key));
    if (outcome.said) return;
    lastSaved = outcome.time;
    times.set(slot(entry_id, field), outcome.time);
  }

  function resend(wanted) {
    flush((change) => !change.sent || wanted(change));
    for (const asked of calls.values()) {
      if (!wanted(asked)) continue;
      asked.sent = performance.now();
      tell(asked.message);
    }
  }

  const clock = setInterval(() => {
    if (!kept.loaded) tell({ type: "load" });
    resend(({ sent }) => performance.now() - sent > TIMEOUT);
    changed(pending().length ? "field" : "status");
  }, 2000);

  // What there is to say of everything together, and of one field.

  function status() {
    const waiting = [...pending(), ...calls.values()];
    const overdue = waiting.filter(late);
    const long = (since) => performance.now() - since > LONG;
    let state = "ready";
    if (waiting.length && (away !== null || overdue.length)) state = waiting.some(({ since }) => long(since)) ? "not_saved_long" : "not_saved";
    else if (away !== null) state = "not_connected";
    else if (!kept.loaded) state = long(begun) ? "not_loaded" : "loading";
    else if (waiting.length) state = "saving";
    else if (changes.size) state = "refused";
    else if (!kept.open) state = "closed";
    else if (lastSaved) state = "saved";
    const said = state.startsWith("not_saved") ? notSaved(state, overdue) : [away || say(state, { time: lastSaved })];
    if (!kept.open && state !== "closed") said.unshift(say("closed"));
    return { state, said: said.join(" ") };
  }

  function notSaved(state, overdue) {
    const told = overdue.find((item) => item.waits && performance.now() - item.answered < 2 * TIMEOUT);
    const why = away || told?.waits || say(away === null ? "no_answer" : state);
    if (!pending().length) return [why, say("not_sent")];
    const unstored = pending().some(({ key }) => memory.has(nameOf(key)));
    return [why, ...(unstored ? [say("not_kept")] : away ? [] : [say("kept")])];
  }

  function beside(entry, field) {
    const own = draft(entry, field);
    if (own) return own.said ? "" : say(away !== null || late(own) ? "not_yet" : "saving");
    const reading = sheets.get(entry)?.readings[field];
    const time = times.get(slot(entry, field));
    return reading ? say(reading) : time ? say("saved", { time }) : "";
  }

  // What is not recorded: of this page first, then what the browser keeps of other rounds and other windows.
  function unsent() {
    const [, , round] = setup.store.split("/");
    const others = stored().filter(({ change }) => !changes.has(change.key));
    const all = [...[...changes.values()].map((change) => ({ round, change })), ...others];
    return all.map(({ round: of, change }) => ({ round: of, entry: change.entry_id, field: change.field, text: change.text, said: change.said || "" }));
  }

  // Whether something waits that this page may never save, or not soon: then the page lists it.
  function stuck() {
    const shut = [...changes.values()].some(({ said, entry_id }) => said && sheets.get(entry_id)?.locked);
    return shut || (pending().length > 0 && (Boolean(away) || status().state === "not_saved_long"));
  }

  // A table that `kit marks import` reads: a row an entry, with a column a criterion.
  function download() {
    const sign = setup.language === "id" ? "," : ".";
    const judge = setup.store.split("/")[3];
    const fields = setup.criteria.map(({ id }) => id);
    const rows = new Map();
    for (const { round, entry, field, text, said } of unsent().filter((one) => one.field !== "flag")) {
      const at = `${round}|${entry}`;
      const row = rows.get(at) || { round, judge_id: judge, entry_id: entry, why: "" };
      rows.set(at, row);
      if (!["entrant", "internal", ...fields].includes(field)) fields.push(field);
      row[field] = /^-?\d+[.,]\d+$/.test(text) ? text.replace(/[.,]/, sign) : text;
      const why = text ? said : [say("cleared"), said].filter(Boolean).join("; ");
      if (why) row.why += `${row.why && "; "}${field}: ${why}`;
    }
    const columns = ["round", "judge_id", "entry_id", ...fields, "entrant", "internal", "why"];
    const names = { entrant: "comment_entrant", internal: "comment_internal", why: say("why") };
    // An apostrophe before what a spreadsheet would run.
    const cell = (text = "") => `"${(/^\s*[=+@-]./s.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
    const lines = [columns.map((name) => names[name] || name), ...[...rows.values()].map((row) => columns.map((name) => row[name]))];
    return `\ufeff${lines.map((line) => line.map(cell).join(setup.language === "id" ? ";" : ",")).join("\r\n")}\r\n`;
  }

  // Before somebody leaves a borrowed machine: how much is not recorded, other windows' changes included.
  function leave() {
    finish();
    recall();
    flush();
    return unsent().length + calls.size;
  }

  // Nothing stays in the browser, and nothing more is kept there.
  function erase() {
    stop();
    changes.clear();
    calls.clear();
    for (const { name } of stored()) storage.remove(name);
  }

  const guard = (event) => {
    finish();
    if (pending().length || calls.size) event.preventDefault();
  };
  const hidden = () => document.hidden && finish();
  const online = () => flush(() => true);
  // Another window of this judge has saved, changed or given up what it, or this one, had found in the storage.
  const elsewhere = ({ key: name, newValue }) => {
    const change = newValue === null && [...changes.values()].find(({ key }) => nameOf(key) === name);
    if (!change || change.typing) return;
    changes.delete(change.key);
    tell({ type: "load" });
  };
  const deafen = listen(
    [window, "beforeunload", guard],
    [document, "visibilitychange", hidden],
    [window, "online", online],
    [window, "storage", elsewhere],
  );

  function stop() {
    finish();
    clearInterval(clock);
    deafen();
  }

  recall();
  tell({ type: "load" });
  const verbs = { type, save, drop, keepMine, takeTheirs: drop, finish, submit, recuse, leave, erase, download, stop };
  return Object.assign(kept, { recorded, draft, beside, unsaved, refused, unsent, asking, stuck, status }, verbs);
}
