// The judge's form: a list of entries and one mark grid. What is typed goes to Python under a key of its own and stays
// in `pending` (and in the browser's storage) until Python says that it is durably recorded.

const PATIENCE = 4000; // ms without an answer before the judge is told that something is not saved
const PAUSE = 1200; // ms after the last keystroke before a field is saved without being left

function render({ model, el }) {
  const setup = model.get("setup");
  const texts = setup.texts;
  const say = (name, values = {}) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  const entries = new Map(setup.entries.map((entry) => [entry.id, entry]));

  let sheets = {};
  let loaded = false;
  let open = true;
  let shown = null;
  let sortBy = "reading";
  let lastSaved = "";
  const drafts = new Map(); // "entry|field" -> {text, said}: typed but not recorded
  const pending = new Map(); // key -> {entry_id, field, text, key, since}
  const calls = new Map(); // key -> {message, since, done}
  const timers = new Map();
  const savedAt = new Map(); // "entry|field" -> when it was last recorded, as it is shown

  // Small helpers

  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child || child === 0));
    return node;
  }

  const uid = `f${Math.random().toString(36).slice(2, 8)}`;
  let serial = 0;
  const newKey = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}-${serial++}`;
  const slot = (entry, field) => `${entry}|${field}`;
  const parse = (text) => (/^-?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : null);

  function post(message) {
    try {
      model.send(message);
    } catch (error) {
      console.warn(error); // the connection is gone; the clock below sends it again
    }
  }

  // The browser keeps what Python has not confirmed, so that closing the page by mistake loses nothing.

  // Each change lies under a name of its own, so that two windows of one judge do not undo each other's.

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
        pending.set(change.key, { ...change, sent: false, late: false });
        drafts.set(slot(change.entry_id, change.field), { text: change.text, said: "" });
      }
    } catch (error) {
      console.warn(error);
    }
  }

  function save(entry_id, field, text) {
    for (const [key, change] of pending) {
      // An older text of the same field that nobody has sent yet is overtaken; one under way is answered on its own.
      if (change.entry_id === entry_id && change.field === field && !change.sent) forget(key);
    }
    const change = { entry_id, field, text, key: newKey(), since: Date.now() };
    pending.set(change.key, change);
    drafts.set(slot(entry_id, field), { text, said: "" });
    keep(change);
    flush();
    refresh();
  }

  function flush() {
    const changes = [...pending.values()];
    if (!changes.length || !loaded) return tell();
    for (const change of changes) change.sent = true;
    post({ type: "save", changes: changes.map(({ entry_id, field, text, key }) => ({ entry_id, field, text, key })) });
    tell();
  }

  function call(message, done) {
    const key = newKey();
    calls.set(key, { message: { ...message, key }, since: Date.now(), done });
    post({ ...message, key });
    tell();
  }

  model.on("msg:custom", (message) => {
    if (message.type === "loaded") {
      open = message.open;
      sheets = message.sheets;
      if (!loaded) {
        loaded = true;
        flush();
      }
      draw();
    } else if (message.type === "saved") {
      for (const outcome of message.outcomes) settle(outcome);
      Object.assign(sheets, message.sheets);
      drawList();
      refresh();
      tell();
    } else if (message.type === "done" || message.type === "refused") {
      const asked = calls.get(message.key);
      calls.delete(message.key);
      Object.assign(sheets, message.sheets || {});
      if (asked) asked.done(message);
      drawList();
      tell();
    }
  });

  function settle(outcome) {
    const change = pending.get(outcome.key);
    if (!change || outcome.again) return; // the store is busy or away: the clock tries again
    forget(outcome.key);
    const name = slot(change.entry_id, change.field);
    const newer = [...pending.values()].some((other) => slot(other.entry_id, other.field) === name);
    if (outcome.said) {
      if (!newer) drafts.set(name, { text: change.text, said: outcome.said });
    } else {
      lastSaved = outcome.time;
      savedAt.set(name, outcome.time);
      if (!newer) drafts.delete(name);
    }
  }

  const clock = setInterval(() => {
    const late = (item) => Date.now() - item.since > PATIENCE;
    if (!loaded) return post({ type: "load" });
    if ([...pending.values()].some(late)) {
      for (const change of pending.values()) change.late = late(change);
      flush();
    }
    for (const asked of calls.values()) {
      if (late(asked)) {
        asked.late = true;
        post(asked.message);
      }
    }
    tell();
  }, 2000);

  const guard = (event) => {
    if (pending.size) event.preventDefault();
  };
  window.addEventListener("beforeunload", guard);
  window.addEventListener("online", flush);

  // What the judge sees

  const status = make("p", { class: "status", role: "status", "aria-live": "polite" });
  const list = make("nav", { class: "list", "aria-label": say("entries") });
  const sheet = make("section", { class: "sheet", "aria-label": say("title") });
  const columns = make("div", { class: "columns", "data-screen": "list" }, list, sheet);
  const root = make("div", { class: "kit-form", lang: setup.language }, header(), status, columns);
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
    );
  }

  function tell() {
    const late = [...pending.values(), ...calls.values()].some((item) => item.late);
    const wrong = [...drafts.values()].some((draft) => draft.said);
    let state = "ready";
    if (late) state = "unsaved";
    else if (pending.size || calls.size) state = "saving";
    else if (wrong) state = "refused";
    else if (lastSaved) state = "saved";
    const words = { unsaved: "not_saved", saved: "saved" }[state] || state;
    const text = open ? say(words, { time: lastSaved }) : say("closed");
    if (status.textContent !== text) status.textContent = text;
    status.dataset.state = state;
  }

  const done = (entry) => ["recused", "submitted", "complete"].includes(sheets[entry.id]?.state);

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
  const ordered = make("ol", { "aria-label": say("entries") });
  const sendAll = make("button", { type: "button", onclick: () => submit(complete()) });
  const sentAll = make("p", { class: "error", role: "alert" });
  list.append(
    make("h3", {}, say("entries")),
    summary,
    make("div", { class: "tools" }, make("label", { for: `${uid}-sort` }, say("sort")), picker),
    ordered,
    make("div", { class: "tools" }, sendAll),
    sentAll,
  );

  const complete = () => setup.entries.filter((entry) => sheets[entry.id]?.state === "complete").map(({ id }) => id);

  function drawList() {
    const focused = ordered.contains(document.activeElement) ? document.activeElement.dataset.entry : null;
    const unsaved = new Set([...pending.values()].map((change) => change.entry_id));
    for (const [name, draft] of drafts) if (draft.said) unsaved.add(name.slice(0, name.lastIndexOf("|")));
    summary.textContent = say("progress", { done: setup.entries.filter(done).length, all: setup.entries.length });
    const items = sorted().map((entry) => {
      const own = sheets[entry.id] || { state: "not_begun", total: "" };
      const began = own.state !== "recused" && own.state !== "not_begun";
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
            make("span", {}, began ? own.total : ""),
          ),
          unsaved.has(entry.id) ? make("span", { class: "line warn" }, say("unsaved")) : null,
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
      sheet.querySelector("h3")?.focus();
      root.scrollIntoView({ block: "start" });
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
    const own = () => sheets[entry.id] || { state: "not_begun", marks: {}, values: {}, comments: {}, typed: {}, history: [] };
    const locked = () => !open || own().state === "recused";
    const fields = [];

    // A field that saves itself: on leaving, on Enter, and after a pause.
    function editable(node, field, recorded) {
      const error = make("p", { class: "error", id: `${uid}-e-${field}` });
      const waits = make("p", { class: "beside" });
      const name = slot(entry.id, field);
      const current = () => {
        const typed = own().typed?.[field];
        return typed ? typed.own : recorded(own());
      };
      const commit = () => {
        clearTimeout(timers.get(name)?.id);
        timers.delete(name);
        const text = node.value.trim();
        const draft = drafts.get(name);
        if (draft ? text === draft.text : text === current()) return;
        save(entry.id, field, text);
      };
      node.addEventListener("input", () => {
        clearTimeout(timers.get(name)?.id);
        timers.set(name, { id: setTimeout(commit, PAUSE), run: commit });
        near();
      });
      node.addEventListener("change", commit);
      node.setAttribute("aria-describedby", `${node.getAttribute("aria-describedby") || ""} ${error.id}`.trim());
      const follow = () => {
        const draft = drafts.get(name);
        const typed = own().typed?.[field];
        error.textContent = draft?.said || "";
        waits.textContent = beside(name, typed, draft);
        node.toggleAttribute("disabled", locked());
        if (draft?.said) node.setAttribute("aria-invalid", "true");
        else node.removeAttribute("aria-invalid");
        const typing = document.activeElement === node || timers.has(name);
        if (!typing) node.value = draft ? draft.text : current();
        near();
      };
      const near = () => mark(node, field);
      fields.push(follow);
      return [node, error, waits];
    }

    function beside(name, typed, draft) {
      if (draft) return draft.said ? "" : say("saving");
      if (typed) return say(typed.others ? "typed_other" : "typed_waits");
      return savedAt.has(name) ? say("saved", { time: savedAt.get(name) }) : "";
    }

    function mark(node, field) {
      const rows = sheet.querySelectorAll(`[data-levels="${CSS.escape(field)}"] li`);
      const value = parse(node.value);
      for (const row of rows) row.classList.toggle("near", value != null && Math.abs(Number(row.dataset.at) - value) < 1);
    }

    const inputs = [];
    const rows = setup.criteria.map((criterion) => {
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
        else input.dispatchEvent(new Event("change"));
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
    const total = make("span", { class: "total" });
    const filled = make("span");
    const send = make("button", { type: "button", class: "main", onclick: () => submit([entry.id], said) }, say("submit"));
    const said = make("p", { class: "error", role: "alert" });
    const sent = make("p", { class: "muted" });
    const recused = make("p", { class: "notice" }, say("is_recused"));
    const past = make("div");
    const order = sorted().map(({ id }) => id);
    const at = order.indexOf(entry.id);
    const step = (to, name) =>
      make("button", { type: "button", disabled: !order[to], onclick: () => choose(order[to]) }, say(name));

    sheet.replaceChildren(
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
      make("h4", {}, say("facts")),
      make("dl", {}, ...entry.facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
      ...(entry.documents.length ? [make("h4", {}, say("documents")), documents(entry)] : []),
      make("label", { class: "check" }, flag, say("flag")),
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
      recusal(entry, locked),
      make("details", {}, make("summary", {}, say("history")), past),
    );

    refresh = () => {
      const held = own();
      fields.forEach((follow) => follow());
      flag.checked = Boolean(held.flagged);
      flag.disabled = locked();
      recused.hidden = held.state !== "recused";
      const count = Object.keys(held.marks).length;
      const asked = setup.criteria.length;
      total.textContent = held.total && count ? say("total", { total: held.total }) : "";
      filled.textContent = held.state === "recused" ? "" : say("filled", { filled: count, asked });
      send.disabled = locked() || held.state !== "complete";
      const empty = asked - count;
      sent.textContent =
        held.state === "submitted" ? say("is_submitted") : held.state === "partial" ? say("empty", { n: empty }) : "";
      past.replaceChildren(history(held.history));
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

  // Files lie below the server's own root, which JupyterLab and Voila each write into their page.
  function address(url) {
    if (/^https?:/.test(url)) return url;
    const config = document.getElementById("jupyter-config-data");
    const base = config ? JSON.parse(config.textContent).baseUrl || "/" : "/";
    return base + url.split("/").map(encodeURIComponent).join("/");
  }

  function submit(ids, said = sentAll) {
    leave();
    said.textContent = "";
    call({ type: "submit", entries: ids }, (answer) => {
      said.textContent = answer.said || "";
      if (answer.type === "done") lastSaved = answer.time;
      refresh();
    });
  }

  function recusal(entry, locked) {
    const kind = make(
      "select",
      { id: `${uid}-kind` },
      make("option", { value: "" }, "–"),
      ...setup.kinds.map((name) => make("option", {}, name)),
    );
    const reason = make("input", { id: `${uid}-reason`, type: "text", autocomplete: "off", style: "width: 100%" });
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
            if (answer.type === "done") drawSheet();
          });
        },
      },
      say("recuse_confirm"),
    );
    return make(
      "details",
      { hidden: locked() },
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

  function draw() {
    drawList();
    drawSheet();
    tell();
  }

  recall();
  draw();
  post({ type: "load" });

  return () => {
    leave();
    clearInterval(clock);
    window.removeEventListener("beforeunload", guard);
    window.removeEventListener("online", flush);
  };
}

export default { render };
