// What a judge types, until it is recorded. Each change has a key of its own and stays in `changes`, and in the browser's
// storage, until Python says under that key that it is durably recorded, or why it is not. Nothing here shows anything.

const PAUSE = 1200; // ms after the last keystroke before a field is saved without being left
const TIMEOUT = 4000; // ms without an answer after which something counts as not saved, and is sent again
const LONG = 20000; // ms after which waiting alone will not help

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
    loaded: false,
    open: true,
    ballot: [],
    sheets,
    lastSaved: "",
    savedAt: (entry, field) => times.get(slot(entry, field)),
    flagRefused: (entry) => flagsRefused.get(entry) || "",
  };
  let away = ""; // why there is no connection, where waiting does not help
  let last = 0;
  let serial = 0;

  const slot = (entry, field) => `${entry}|${field}`;
  const newKey = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}-${serial++}`;
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
  // under a name of its own, so that two windows of one judge do not undo each other's.

  function keep({ entry_id, field, text, key, seen, order, said, conflict }) {
    try {
      localStorage.setItem(`${setup.store}/${key}`, JSON.stringify({ entry_id, field, text, key, seen, since: order, said, conflict }));
    } catch (error) {
      console.warn(error); // storage is forbidden or full: the warning on leaving still stands
    }
  }

  function forget({ key }) {
    changes.delete(key);
    try {
      localStorage.removeItem(`${setup.store}/${key}`);
    } catch (error) {
      console.warn(error);
    }
  }

  function recall() {
    try {
      const names = Object.keys(localStorage).filter((name) => name.startsWith(`${setup.store}/`));
      const found = names.map((name) => JSON.parse(localStorage.getItem(name)));
      for (const { since: order, ...change } of found.sort((a, b) => a.since - b.since)) {
        last = Math.max(last, order);
        if (entries.has(change.entry_id)) changes.set(change.key, { ...change, order, since: performance.now(), tried: true });
      }
    } catch (error) {
      console.warn(error);
    }
  }

  // Note a text as soon as it is typed, so that the browser has it. Another text has another key: this one may have been
  // sent by another window, which found it in the storage.
  function note(entry_id, field, text) {
    const own = of(entry_id, field);
    const waiting = own.find((change) => !change.said && !change.sent);
    if (waiting?.text === text) return waiting;
    for (const change of own) if (change.said || !change.sent) forget(change);
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
    if (same && !of(entry, field).some((change) => change.sent && !change.said)) {
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
    if (!kept.loaded) return;
    const first = new Map();
    for (const change of pending()) {
      const name = slot(change.entry_id, change.field);
      if (!change.typing && !first.has(name)) first.set(name, change);
    }
    const due = [...first.values()].filter(wanted);
    const again = due.filter((change) => change.tried).map((change) => [change]);
    for (const some of [due.filter((change) => !change.tried), ...again]) {
      const said = some.map(({ entry_id, field, text, key, seen }) => ({ entry_id, field, text, key, seen }));
      if (said.length) post({ type: "save", changes: said });
    }
    for (const change of due) Object.assign(change, { sent: performance.now(), tried: true });
  }

  function call(message, done) {
    const key = newKey();
    calls.set(key, { message: { ...message, key }, since: performance.now(), sent: performance.now(), done });
    post({ ...message, key });
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

  // Only the page of our own server says these.
  model.on("disconnected", (said) => {
    away = said;
    changed("status");
  });
  model.on("reconnected", () => {
    away = "";
    post({ type: "load" });
    resend(() => true);
  });

  model.on("msg:custom", (message) => {
    for (const [entry, sheet] of Object.entries(message.sheets || {})) sheets.set(entry, sheet);
    if (message.ballot) kept.ballot = message.ballot;
    if (message.time) kept.lastSaved = message.time;
    if (message.type === "loaded") {
      kept.loaded = true;
      kept.open = message.open;
    }
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
    forget(change);
    if (field === "flag") flagsRefused.set(entry_id, outcome.said);
    const newer = of(entry_id, field);
    for (const next of newer) {
      // What was typed meanwhile follows this one, if it was recorded; a refused one changed nothing.
      next.seen = outcome.said ? change.seen : outcome.number;
      keep(next);
    }
    if (!outcome.said) {
      kept.lastSaved = outcome.time;
      times.set(slot(entry_id, field), outcome.time);
    } else if (!newer.length && field !== "flag") {
      Object.assign(change, { said: outcome.said, conflict: outcome.conflict });
      changes.set(change.key, change);
      keep(change);
    }
  }

  function resend(wanted) {
    flush((change) => !change.sent || wanted(change));
    for (const asked of calls.values()) {
      if (!wanted(asked)) continue;
      asked.sent = performance.now();
      post(asked.message);
    }
  }

  const clock = setInterval(() => {
    if (!kept.loaded) post({ type: "load" });
    resend(({ sent }) => performance.now() - sent > TIMEOUT);
    changed("status");
  }, 2000);

  function status() {
    const waiting = [...pending(), ...calls.values()];
    const overdue = waiting.filter(late);
    const now = performance.now();
    const told = overdue.find((item) => item.waits && now - item.answered < 2 * TIMEOUT);
    const long = (since) => now - since > LONG;
    let state = "ready";
    if (away) state = "not_connected";
    else if (overdue.length) state = overdue.some(({ since }) => long(since)) ? "not_saved_long" : "not_saved";
    else if (!kept.loaded) state = long(begun) ? "not_loaded" : "loading";
    else if (waiting.length) state = "saving";
    else if (changes.size) state = "refused";
    else if (!kept.open) state = "closed";
    else if (kept.lastSaved) state = "saved";
    const said = [away || told?.waits || say(state, { time: kept.lastSaved })];
    if (!kept.open && state !== "closed") said.unshift(say("closed"));
    return { state, said: said.join(" ") };
  }

  const guard = (event) => {
    finish();
    if (pending().length || calls.size) event.preventDefault();
  };
  const hidden = () => document.hidden && finish();
  const online = () => flush(() => true);
  window.addEventListener("beforeunload", guard);
  document.addEventListener("visibilitychange", hidden);
  window.addEventListener("online", online);

  function stop() {
    finish();
    clearInterval(clock);
    window.removeEventListener("beforeunload", guard);
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("online", online);
  }

  recall();
  post({ type: "load" });
  const unsent = () => [...changes.values()].map(({ entry_id, field, text, said = "" }) => ({ entry: entry_id, field, text, said }));
  const verbs = { type, save, drop, keepMine, takeTheirs: drop, finish, submit, recuse, stop };
  return Object.assign(kept, { recorded, draft, unsaved, unsent, status }, verbs);
}
