// The judge's form: a list of entries and one mark grid. What is typed goes to Python under a key of its own and stays
// in `pending` (and in the browser's storage) until Python says that it is durably recorded.

const TIMEOUT = 4000; // ms without an answer before the judge is told that something is not saved
const LONG = 20000; // ms after which waiting alone will not help
const PAUSE = 1200; // ms after the last keystroke before a field is saved without being left

function render({ model, el }) {
  const setup = model.get("setup");
  const say = sayer(setup.texts);
  const post = poster(model);
  const entries = new Map(setup.entries.map((entry) => [entry.id, entry]));

  const begun = Date.now();
  let sheets = {};
  let loaded = false;
  let open = true;
  let away = "";
  let shown = null;
  let sortBy = "reading";
  let lastSaved = "";
  let ballot = [];
  const drafts = new Map(); // "entry|field" -> {text, said, key, conflict}: typed but not recorded, and why not
  const pending = new Map(); // key -> {entry_id, field, text, key, seen, since}: to be sent, or to be answered
  const refusedFlags = new Map(); // entry -> why its flag was not recorded
  const calls = new Map(); // key -> {message, since, done}
  const timers = new Map(); // "entry|field" -> what saves a field that is still being typed into
  const savedAt = new Map(); // "entry|field" -> when it was last recorded, as it is shown

  // Small helpers

  const uid = `f${Math.random().toString(36).slice(2, 8)}`;
  let serial = 0;
  const newKey = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}-${serial++}`;
  const slot = (entry, field) => `${entry}|${field}`;
  const parse = (text) => (/^-?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : null);

  // The browser keeps what Python has not confirmed, so that closing the page by mistake loses nothing: each change
  // under a name of its own, so that two windows of one judge do not undo each other's.

  function keep(change) {
    try {
      localStorage.setItem(`${setup.store}/${change.key}`, JSON.stringify(change));
    } catch (error) {
      console.warn(error); // storage is forbidden or full: the warning on leaving still stands
    }
  }

  function forget(key) {
    pending.delete(key);
    try {
      localStorage.removeItem(`${setup.store}/${key}`);
    } catch (error) {
      console.warn(error);
    }
  }

  function recall() {
    try {
      const kept = Object.keys(localStorage).filter((name) => name.startsWith(`${setup.store}/`));
      const changes = kept.map((name) => JSON.parse(localStorage.getItem(name)));
      for (const change of changes.sort((a, b) => a.since - b.since)) {
        if (!entries.has(change.entry_id)) continue;
        const { text, said = "", key, conflict = false } = change;
        drafts.set(slot(change.entry_id, change.field), { text, said, key, conflict });
        if (!said) pending.set(key, { ...change, sent: false, tried: true, typing: false, late: false, waits: "" });
      }
    } catch (error) {
      console.warn(error);
    }
  }

  const of = (entry_id, field) => [...pending.values()].filter((c) => c.entry_id === entry_id && c.field === field);

  // Note a text as soon as it is typed, so that the browser has it; `save` sends it.
  function stage(entry_id, field, text) {
    const name = slot(entry_id, field);
    const own = of(entry_id, field);
    const waiting = own.find((change) => !change.sent);
    const old = drafts.get(name);
    if (old?.said) forget(old.key);
    const unasked = field === "flag" || (!waiting && own.length);
    const seen = unasked ? null : waiting ? waiting.seen : sheets[entry_id]?.numbers?.[field] ?? 0;
    const change = { entry_id, field, text, seen, key: waiting?.key || newKey(), since: Date.now(), typing: true };
    pending.set(change.key, change);
    drafts.set(name, { text, said: "", key: change.key });
    keep(change);
    return change;
  }

  function save(entry_id, field, text) {
    const change = of(entry_id, field).find((one) => !one.sent && one.text === text) || stage(entry_id, field, text);
    change.typing = false;
    change.since = Date.now();
    flush();
    refresh();
  }

  // Forget what was typed into a field and is not recorded.
  function drop(entry_id, field) {
    const name = slot(entry_id, field);
    for (const change of of(entry_id, field)) forget(change.key);
    if (drafts.has(name)) forget(drafts.get(name).key);
    drafts.delete(name);
  }

  // A field's next text waits until the one before is answered: only then is it known what it follows. What was sent
  // before goes alone, so that one change that cannot be answered does not hold up the others.
  function flush(wanted = (change) => !change.sent) {
    if (!loaded) return tell();
    const first = new Map();
    for (const change of pending.values()) {
      const name = slot(change.entry_id, change.field);
      if (!change.typing && !first.has(name)) first.set(name, change);
    }
    const changes = [...first.values()].filter(wanted);
    const again = changes.filter((change) => change.tried).map((change) => [change]);
    for (const some of [changes.filter((change) => !change.tried), ...again]) {
      const said = some.map(({ entry_id, field, text, key, seen }) => ({ entry_id, field, text, key, seen }));
      if (said.length) post({ type: "save", changes: said });
    }
    for (const change of changes) change.sent = change.tried = true;
    tell();
  }

  function call(message, done) {
    const key = newKey();
    calls.set(key, { message: { ...message, key }, since: Date.now(), done });
    post({ ...message, key });
    tell();
  }

  // Only the page of our own server says these: why there is no connection where waiting does not help, and that there
  // is one again.
  model.on("disconnected", (said) => {
    away = said;
    tell();
  });
  model.on("reconnected", () => {
    away = "";
    post({ type: "load" });
    flush(() => true);
    for (const asked of calls.values()) post(asked.message);
  });

  model.on("msg:custom", (message) => {
    if (message.type === "loaded") {
      open = message.open;
      sheets = message.sheets;
      ballot = message.ballot;
      if (!loaded) {
        loaded = true;
        flush();
      }
      catchUp(); // and never a new sheet: an answer that comes late would take the one that is being typed into
    } else if (message.type === "saved") {
      for (const outcome of message.outcomes) settle(outcome);
      Object.assign(sheets, message.sheets);
      ballot = message.ballot;
      if ([...pending.values()].some((change) => !change.sent && !change.typing)) flush();
      catchUp();
    } else if (message.type === "done" || message.type === "refused") {
      const asked = calls.get(message.key);
      calls.delete(message.key);
      Object.assign(sheets, message.sheets || {});
      if (asked) asked.done(message);
      catchUp();
    }
  });

  function settle(outcome) {
    const change = pending.get(outcome.key);
    if (!change) return;
    if (outcome.again) return Object.assign(change, { waits: outcome.said, answered: Date.now() }); // the clock tries again
    forget(outcome.key);
    const name = slot(change.entry_id, change.field);
    if (change.field === "flag") refusedFlags.set(change.entry_id, outcome.said);
    const newer = of(change.entry_id, change.field);
    for (const next of newer) {
      // What was typed meanwhile follows this one, if it was recorded; a refused one changed nothing.
      next.seen = outcome.said ? change.seen : outcome.number;
      keep(next);
    }
    if (outcome.said) {
      if (newer.length) return;
      if (change.field === "flag") return drafts.delete(name);
      drafts.set(name, { text: change.text, said: outcome.said, key: change.key, conflict: outcome.conflict });
      keep({ ...change, said: outcome.said, conflict: outcome.conflict });
    } else {
      lastSaved = outcome.time;
      savedAt.set(name, outcome.time);
      if (!newer.length) drafts.delete(name);
    }
  }

  const clock = setInterval(() => {
    const late = (item) => Date.now() - item.since > TIMEOUT;
    if (!loaded) post({ type: "load" });
    const waiting = [...pending.values()].filter((change) => !change.typing);
    for (const change of waiting) change.late = late(change);
    if (waiting.some(late)) flush((change) => !change.sent || change.late);
    for (const asked of calls.values()) {
      if (late(asked)) {
        asked.late = true;
        post(asked.message);
      }
    }
    tell();
  }, 2000);

  const guard = (event) => {
    leave();
    if (pending.size || calls.size) event.preventDefault();
  };
  const hidden = () => document.hidden && leave();
  window.addEventListener("beforeunload", guard);
  document.addEventListener("visibilitychange", hidden);
  const online = () => flush(() => true);
  window.addEventListener("online", online);

  // What the judge sees

  const status = make("p", { class: "status", role: "status", "aria-live": "polite" });
  const list = make("nav", { class: "list", "aria-label": say("entries") });
  const sheet = make("section", { class: "sheet", "aria-label": say("title") });
  const columns = make("div", { class: "columns", "data-screen": "list" }, list, sheet);
  const root = make("div", { class: "kit-form", lang: setup.language }, header(), status, columns);
  keepKeys(root);
  el.append(root);

  function header() {
    return make(
      "header",
      {},
      make("p", { class: "muted" }, setup.title),
      make("h2", {}, `${say("title")}: ${setup.round}`),
      make("p", {}, `${say("judge")}: `, make("strong", {}, setup.judge)),
      setup.typed && make("p", { class: "notice" }, setup.typed),
      setup.simulated && make("p", { class: "notice" }, say("simulated")),
      setup.blind && make("p", { class: "notice" }, say("blind")),
      ...setup.about.map((said) => make("p", {}, said)),
    );
  }

  const locked = (id) => (sheets[id]?.locked ?? true) || ["recused", "passed"].includes(sheets[id].state);
  const unsaved = (id) => [...drafts.keys()].some((name) => name.startsWith(`${id}|`));

  function tell() {
    const waiting = [...pending.values(), ...calls.values()];
    const since = Math.min(...waiting.filter((item) => item.late).map((item) => item.since));
    const wrong = [...drafts.values()].some(({ said }) => said);
    const told = waiting.find((item) => item.late && item.waits && Date.now() - item.answered < 2 * TIMEOUT);
    let state = "ready";
    if (away) state = "not_connected";
    else if (waiting.some((item) => item.late)) state = Date.now() - since > LONG ? "not_saved_long" : "not_saved";
    else if (!loaded) state = Date.now() - begun > LONG ? "not_loaded" : "loading";
    else if (waiting.length) state = "saving";
    else if (wrong) state = "refused";
    else if (lastSaved) state = "saved";
    const unsent = sheets[shown]?.withdrawn ? ` · ${shown}: ${say("not_sent_again")}.` : "";
    const now = away || (told ? told.waits : say(state, { time: lastSaved }) + (["ready", "saved"].includes(state) ? unsent : ""));
    const quiet = ["ready", "saving", "saved"].includes(state);
    const text = open ? now : [say("closed"), quiet ? "" : now].join(" ").trim();
    if (status.textContent !== text) status.textContent = text;
    status.dataset.state = state;
  }

  const done = (entry) => ["recused", "passed", "submitted", "complete"].includes(sheets[entry.id]?.state);

  function sorted() {
    const all = [...setup.entries];
    if (sortBy === "open") all.sort((a, b) => done(a) - done(b));
    if (sortBy === "code") all.sort((a, b) => a.id.localeCompare(b.id, setup.language, { numeric: true }));
    if (sortBy === "total") all.sort((a, b) => (sheets[b.id]?.order ?? -Infinity) - (sheets[a.id]?.order ?? -Infinity));
    return all;
  }

  const picker = make(
    "select",
    {
      id: `${uid}-sort`,
      onchange: (event) => {
        sortBy = event.target.value;
        drawList();
      },
    },
    ...["reading", "open", "total", "code"].map((name) => make("option", { value: name }, say(`sort_${name}`))),
  );
  const summary = make("p", { class: "muted" });
  const order = make("div", { class: "ballot", role: "status" });
  const ordered = make("ol", { "aria-label": say("entries") });
  const sendAll = make("button", { type: "button", onclick: () => submit(complete()) });
  const sentAll = make("p", { class: "error", role: "alert" });
  list.append(
    make("h3", {}, say("entries")),
    summary,
    order,
    make("div", { class: "tools" }, make("label", { for: `${uid}-sort` }, say("sort")), picker),
    ordered,
    make("div", { class: "tools" }, sendAll),
    sentAll,
  );

  const complete = () => setup.entries.filter((entry) => sheets[entry.id]?.state === "complete").map(({ id }) => id);

  function drawList() {
    const focused = ordered.contains(document.activeElement) ? document.activeElement.dataset.entry : null;
    summary.textContent = say("progress", { done: setup.entries.filter(done).length, all: setup.entries.length });
    order.replaceChildren(...ballot.map(({ said, twice }) => make("p", { class: twice ? "notice" : "muted" }, said)));
    const items = sorted().map((entry) => {
      const own = sheets[entry.id] || { state: "not_begun", standing: "" };
      const began = !["recused", "passed", "not_begun"].includes(own.state);
      return make(
        "li",
        { "data-state": own.state },
        make(
          "button",
          {
            type: "button",
            "data-entry": entry.id,
            "aria-current": entry.id === shown ? "true" : "false",
            onclick: () => choose(entry.id),
          },
          make("span", { class: "line" }, make("span", {}, entry.id), make("span", { class: "state" }, say(`state_${own.state}`))),
          make("span", { class: "name" }, entry.title),
          make(
            "span",
            { class: "line" },
            make("span", {}, own.flagged ? `⚑ ${say("flagged")}` : ""),
            make("span", {}, began ? own.standing : ""),
          ),
          own.withdrawn ? make("span", { class: "line warn" }, say("not_sent_again")) : null,
          unsaved(entry.id) ? make("span", { class: "line warn" }, say("unsaved")) : null,
        ),
      );
    });
    ordered.replaceChildren(...items);
    if (focused) ordered.querySelector(`[data-entry="${CSS.escape(focused)}"]`)?.focus();
    const ready = complete().length;
    sendAll.textContent = say("submit_all", { n: ready });
    sendAll.disabled = !open || !ready;
  }

  function choose(id, focus = true) {
    leave();
    shown = id;
    columns.dataset.screen = "sheet";
    drawList();
    drawSheet();
    if (focus) {
      sheet.querySelector("h3")?.focus({ preventScroll: true });
      sheet.scrollIntoView({ block: "start" });
    }
  }

  function leave() {
    for (const [name, timer] of timers) {
      clearTimeout(timer.id);
      timers.delete(name);
      timer.run();
    }
  }

  function showList() {
    leave();
    columns.dataset.screen = "list";
    ordered.querySelector(`[data-entry="${CSS.escape(shown ?? "")}"]`)?.focus();
  }

  // The parts of the sheet that follow every answer, without rebuilding what the judge is typing into.
  let refresh = () => {};

  function drawSheet() {
    const entry = entries.get(shown);
    if (!entry) {
      sheet.replaceChildren(make("p", { class: "muted" }, say("choose")));
      refresh = () => {};
      return;
    }
    const nothing = { state: "not_begun", marks: {}, comments: {}, readings: {}, numbers: {}, filled: 0, history: [] };
    const own = () => sheets[entry.id] || nothing;
    const fields = [];

    // A field that saves itself: on leaving, on Enter, and after a pause.
    function editable(node, field, recorded) {
      const error = make("p", { class: "error", id: `${uid}-e-${field}` });
      const waits = make("p", { class: "beside" });
      const name = slot(entry.id, field);
      const current = () => recorded(own());
      const pick = (label, then) => make("button", { type: "button", onclick: then }, say(label));
      const mine = pick("keep_mine", () => {
        const text = node.value.trim();
        drop(entry.id, field);
        save(entry.id, field, text);
        node.focus();
      });
      const theirs = pick("take_theirs", () => {
        drop(entry.id, field);
        node.value = current();
        catchUp();
        node.focus();
      });
      const choice = make("div", { class: "tools choice", hidden: true }, mine, theirs);
      const commit = (again = false) => {
        clearTimeout(timers.get(name)?.id);
        timers.delete(name);
        const text = node.value.trim();
        const draft = drafts.get(name);
        if (draft?.conflict) return; // one of the two is chosen by its button, never by the way
        if (draft && !text && !current() && !of(entry.id, field).some((change) => change.sent)) {
          drop(entry.id, field); // typed and taken away again: there is nothing to send
          return catchUp();
        }
        const settles = again && own().readings[field] === "typed_open";
        const sent = draft && !pending.get(draft.key)?.typing && text === draft.text;
        if (sent ? !(draft.said && again) : !draft && text === current() && !settles) return;
        save(entry.id, field, text);
      };
      node.addEventListener("input", () => {
        const draft = drafts.get(name);
        if (draft?.conflict) {
          draft.text = node.value.trim();
          return keep({ entry_id: entry.id, field, since: Date.now(), ...draft });
        }
        clearTimeout(timers.get(name)?.id);
        timers.set(name, { id: setTimeout(commit, PAUSE), run: commit });
        stage(entry.id, field, node.value.trim());
        tell();
        near();
      });
      node.addEventListener("keydown", (event) => event.key === "Enter" && node.tagName === "INPUT" && commit(true));
      node.addEventListener("change", () => commit());
      node.setAttribute("aria-describedby", `${node.getAttribute("aria-describedby") || ""} ${error.id}`.trim());
      const follow = () => {
        const draft = drafts.get(name);
        error.textContent = draft?.said || "";
        waits.textContent = beside(name, own().readings[field], draft);
        choice.hidden = !draft?.said || !(draft.conflict || locked(entry.id));
        mine.hidden = locked(entry.id);
        theirs.textContent = say(locked(entry.id) ? "discard" : "take_theirs");
        node.toggleAttribute("disabled", locked(entry.id));
        if (draft?.said) node.setAttribute("aria-invalid", "true");
        else node.removeAttribute("aria-invalid");
        // Never a field that is typed into; one that is only entered shows what another window has saved meanwhile.
        const same = draft || node.value.trim() === current();
        const typing = timers.has(name) || (document.activeElement === node && same);
        if (!typing) node.value = draft ? draft.text : current();
        near();
      };
      const near = () => mark(node, field);
      fields.push(follow);
      return [node, error, choice, waits];
    }

    function beside(name, reading, draft) {
      if (draft) return draft.said ? "" : say("saving");
      if (reading) return say(reading);
      return savedAt.has(name) ? say("saved", { time: savedAt.get(name) }) : "";
    }

    function mark(node, field) {
      const rows = sheet.querySelectorAll(`[data-levels="${CSS.escape(field)}"] li`);
      const value = parse(node.value);
      for (const row of rows) row.classList.toggle("near", value != null && Math.abs(Number(row.dataset.at) - value) < 1);
    }

    const inputs = [];
    const asked = setup.criteria.filter(({ id }) => sheets[entry.id].asked.includes(id));
    const rows = asked.map((criterion) => {
      const id = `${uid}-${criterion.id}`;
      const input = make("input", {
        id,
        type: "text",
        inputmode: "decimal",
        autocomplete: "off",
        "aria-describedby": `${id}-scale`,
        "data-criterion": criterion.id,
      });
      inputs.push(input);
      input.addEventListener("keydown", (event) => {
        const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const next = inputs[inputs.indexOf(input) + step] || (step > 0 ? sheet.querySelector("textarea") : null);
        if (next) next.focus();
      });
      input.addEventListener("focus", () => input.select());
      return make(
        "tr",
        {},
        make(
          "th",
          { scope: "row" },
          make("label", { class: "criterion", for: id }, criterion.name),
          criterion.weight ? make("span", { class: "muted" }, ` · ${criterion.weight}`) : null,
          criterion.question ? make("p", {}, criterion.question) : null,
          criterion.levels.length
            ? make(
                "ul",
                { class: "levels", "data-levels": criterion.id },
                ...criterion.levels.map((level) =>
                  make("li", { "data-at": level.at }, make("strong", {}, level.level), make("span", {}, level.text)),
                ),
              )
            : null,
        ),
        make(
          "td",
          { class: "mark" },
          ...editable(input, criterion.id, (held) => held.marks[criterion.id] || ""),
          make("p", { class: "muted", id: `${id}-scale` }, criterion.scale),
        ),
      );
    });

    const comments = ["entrant", "internal"].flatMap((field) => {
      const area = make("textarea", { id: `${uid}-${field}` });
      return [
        make("label", { class: "block", for: area.id }, say(field)),
        ...editable(area, field, (held) => held.comments[field] || ""),
      ];
    });

    const flag = make("input", {
      type: "checkbox",
      onchange: (event) => save(entry.id, "flag", event.target.checked ? "on" : "off"),
    });
    const flagged = (held) => (drafts.has(slot(entry.id, "flag")) ? drafts.get(slot(entry.id, "flag")).text === "on" : held.flagged);
    const total = make("span", { class: "total" });
    const filled = make("span");
    const send = make("button", { type: "button", class: "main", onclick: () => submit([entry.id], said) }, say("submit"));
    const said = make("p", { class: "error", role: "alert" });
    const sent = make("p", { class: "muted", role: "status" });
    const recused = make("p", { class: "notice" });
    const withdrawn = make("p", { class: "notice" }, say("is_withdrawn"));
    const flagError = make("p", { class: "error", role: "alert" });
    const past = make("div");
    const life = make("details", {}, make("summary", {}, say("history")), past);
    const declare = recusal(entry);
    const order = sorted().map(({ id }) => id);
    const at = order.indexOf(entry.id);
    const step = (to, name) =>
      make("button", { type: "button", disabled: !order[to], onclick: () => choose(order[to]) }, say(name));

    const shownParts = [
      make(
        "div",
        { class: "tools" },
        make("button", { type: "button", class: "narrow", onclick: showList }, `← ${say("back")}`),
        step(at - 1, "previous"),
        step(at + 1, "next"),
      ),
      make("p", { class: "muted" }, entry.id),
      make("h3", { tabindex: "-1" }, entry.title),
      recused,
      withdrawn,
      make("h4", {}, say("facts")),
      make("dl", {}, ...entry.facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
      ...(entry.documents.length ? [make("h4", {}, say("documents")), documents(entry)] : []),
      !setup.typed && make("label", { class: "check" }, flag, say("flag")),
      flagError,
      make(
        "table",
        { class: "grid" },
        make("caption", {}, say("grid")),
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, say("criterion")), make("th", { scope: "col" }, say("mark")))),
        make("tbody", {}, ...rows),
      ),
      make("p", { class: "sum" }, total, filled),
      make("p", { class: "muted" }, say("keys")),
      make("h4", {}, say("comments")),
      ...comments,
      make("div", { class: "tools" }, send),
      said,
      sent,
      declare,
      life,
    ];
    sheet.replaceChildren(...shownParts.filter(Boolean));

    refresh = () => {
      const held = own();
      fields.forEach((follow) => follow());
      flag.checked = Boolean(flagged(held));
      flag.disabled = locked(entry.id);
      declare.hidden = locked(entry.id);
      recused.hidden = !["recused", "passed"].includes(held.state);
      recused.textContent = say(held.state === "passed" ? "is_passed" : "is_recused");
      withdrawn.hidden = !held.withdrawn;
      flagError.textContent = refusedFlags.get(entry.id) || "";
      const count = held.filled;
      total.textContent = held.total && Object.keys(held.marks).length ? say("total", { total: held.total }) : "";
      filled.textContent = !recused.hidden ? "" : say("filled", { filled: count, asked: asked.length });
      send.disabled = locked(entry.id) || held.state !== "complete";
      const empty = asked.length - count;
      sent.textContent =
        held.state === "submitted" ? say("is_submitted") : held.state === "partial" ? say("empty", { n: empty, counts: setup.counts }) : "";
      life.hidden = !held.history;
      past.replaceChildren(history(held.history || []));
    };
    refresh();
  }

  function documents(entry) {
    return make(
      "ul",
      {},
      ...entry.documents.map((document_) =>
        make("li", {}, document_.url ? make("a", { href: address(document_.url), target: "_blank", rel: "noopener" }, document_.name) : document_.name),
      ),
    );
  }

  // Files lie below the server's own root, which JupyterLab writes into its page.
  function address(url) {
    if (/^https?:/.test(url)) return url;
    const config = document.getElementById("jupyter-config-data");
    const base = config ? JSON.parse(config.textContent).baseUrl || "/" : "/";
    return base + url.split("/").map(encodeURIComponent).join("/");
  }

  function submit(ids, said = sentAll) {
    leave();
    const waiting = ids.filter(unsaved);
    said.textContent = waiting.length ? say("submit_unsaved", { entries: waiting.join(", ") }) : "";
    if (waiting.length) return;
    call({ type: "submit", entries: ids }, (answer) => {
      said.textContent = answer.said || "";
      if (answer.type === "done") lastSaved = answer.time;
    });
  }

  function recusal(entry) {
    const kind = make(
      "select",
      { id: `${uid}-kind` },
      make("option", { value: "" }, "–"),
      ...setup.kinds.map((name) => make("option", {}, name)),
    );
    const reason = make("input", { id: `${uid}-reason`, type: "text", autocomplete: "off", class: "wide" });
    const said = make("p", { class: "error", role: "alert" });
    const confirm = make(
      "button",
      {
        type: "button",
        onclick: () => {
          if (!kind.value || !reason.value.trim()) {
            said.textContent = say("recuse_missing");
            (kind.value ? reason : kind).focus();
            return;
          }
          call({ type: "recuse", entry: entry.id, kind: kind.value, reason: reason.value }, (answer) => {
            said.textContent = answer.said || "";
            if (answer.type === "done") sheet.querySelector("h3")?.focus(); // the button that had it is gone
          });
        },
      },
      say("recuse_confirm"),
    );
    return make(
      "details",
      {},
      make("summary", {}, say("recuse")),
      make("p", { class: "muted" }, say("recuse_about")),
      make("label", { class: "block", for: kind.id }, say("recuse_kind")),
      kind,
      make("label", { class: "block", for: reason.id }, say("recuse_reason")),
      reason,
      make("div", { class: "tools" }, confirm),
      said,
    );
  }

  function history(steps) {
    if (!steps.length) return make("p", { class: "muted" }, say("history_none"));
    const names = Object.fromEntries(setup.criteria.map(({ id, name }) => [id, name]));
    const row = (step) =>
      make(
        "tr",
        {},
        make("td", {}, step.time, step.actor && make("span", { class: "muted" }, ` · ${step.actor}`)),
        make("td", {}, names[step.field] || say(step.field)),
        make("td", {}, step.text || say("cleared")),
      );
    const heads = ["when", "field", "became"].map((name) => make("th", { scope: "col" }, say(name)));
    return make("table", { class: "past" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...steps.map(row)));
  }

  function catchUp() {
    drawList();
    refresh();
    tell();
  }

  recall();
  drawSheet();
  catchUp();
  post({ type: "load" });

  return () => {
    leave();
    clearInterval(clock);
    window.removeEventListener("beforeunload", guard);
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("online", online);
  };
}

export default { render };
