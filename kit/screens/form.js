// The judge's form: a list of entries and one mark grid. What is typed into it is saved by saving.js.

function render({ model, el }) {
  const setup = model.get("setup");
  const say = sayer(setup.texts);
  const entries = new Map(setup.entries.map((entry) => [entry.id, entry]));
  const uid = `f${Math.random().toString(36).slice(2, 8)}`;
  const parse = (text) => (/^-?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : null);
  let shown = null;
  let sortBy = "reading";

  const follow = { status: () => tell(), field: () => refresh(), sheets: () => catchUp() };
  const work = saving({ model, setup, post: poster(model), changed: (what) => follow[what]() });
  const { sheets } = work;

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

  const locked = (id) => (sheets.get(id)?.locked ?? true) || ["recused", "passed"].includes(sheets.get(id).state);

  function tell() {
    const { state, said } = work.status();
    const unsent = ["ready", "saved"].includes(state) && sheets.get(shown)?.withdrawn;
    const text = said + (unsent ? ` · ${shown}: ${say("not_sent_again")}.` : "");
    if (status.textContent !== text) status.textContent = text;
    status.dataset.state = state;
  }

  const done = (entry) => ["recused", "passed", "submitted", "complete"].includes(sheets.get(entry.id)?.state);

  function sorted() {
    const all = [...setup.entries];
    if (sortBy === "open") all.sort((a, b) => done(a) - done(b));
    if (sortBy === "code") all.sort((a, b) => a.id.localeCompare(b.id, setup.language, { numeric: true }));
    if (sortBy === "total") all.sort((a, b) => (sheets.get(b.id)?.order ?? -Infinity) - (sheets.get(a.id)?.order ?? -Infinity));
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

  const complete = () => setup.entries.filter((entry) => sheets.get(entry.id)?.state === "complete").map(({ id }) => id);

  function drawList() {
    const focused = ordered.contains(document.activeElement) ? document.activeElement.dataset.entry : null;
    summary.textContent = say("progress", { done: setup.entries.filter(done).length, all: setup.entries.length });
    order.replaceChildren(...work.ballot.map(({ said, twice }) => make("p", { class: twice ? "notice" : "muted" }, said)));
    const items = sorted().map((entry) => {
      const own = sheets.get(entry.id) || { state: "not_begun", standing: "" };
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
          work.unsaved(entry.id) ? make("span", { class: "line warn" }, say("unsaved")) : null,
        ),
      );
    });
    ordered.replaceChildren(...items);
    if (focused) ordered.querySelector(`[data-entry="${CSS.escape(focused)}"]`)?.focus();
    const ready = complete().length;
    sendAll.textContent = say("submit_all", { n: ready });
    sendAll.disabled = !work.open || !ready;
  }

  function choose(id, focus = true) {
    work.finish();
    shown = id;
    columns.dataset.screen = "sheet";
    drawList();
    drawSheet();
    if (focus) {
      sheet.querySelector("h3")?.focus({ preventScroll: true });
      sheet.scrollIntoView({ block: "start" });
    }
  }

  function showList() {
    work.finish();
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
    const held = () => sheets.get(entry.id) || nothing;
    const fields = [];

    // A field that saves itself: on leaving, on Enter, and after a pause.
    function editable(node, field) {
      const error = make("p", { class: "error", id: `${uid}-e-${field}` });
      const waits = make("p", { class: "beside" });
      const draft = () => work.draft(entry.id, field);
      const pick = (label, then) => {
        const pressed = () => {
          then(entry.id, field);
          node.value = draft()?.text ?? work.recorded(entry.id, field);
          node.focus();
        };
        return make("button", { type: "button", onclick: pressed }, say(label));
      };
      const mine = pick("keep_mine", work.keepMine);
      const theirs = pick("take_theirs", work.takeTheirs);
      const choice = make("div", { class: "tools choice", hidden: true }, mine, theirs);
      const commit = (again) => work.save(entry.id, field, node.value.trim(), again);
      node.addEventListener("input", () => {
        work.type(entry.id, field, node.value.trim());
        near();
      });
      node.addEventListener("keydown", (event) => event.key === "Enter" && node.tagName === "INPUT" && commit(true));
      node.addEventListener("change", () => commit());
      node.setAttribute("aria-describedby", `${node.getAttribute("aria-describedby") || ""} ${error.id}`.trim());
      const follow = () => {
        const own = draft();
        error.textContent = own?.said || "";
        waits.textContent = beside(field, held().readings[field], own);
        choice.hidden = !own?.said || !(own.conflict || locked(entry.id));
        mine.hidden = locked(entry.id);
        theirs.textContent = say(locked(entry.id) ? "discard" : "take_theirs");
        node.toggleAttribute("disabled", locked(entry.id));
        if (own?.said) node.setAttribute("aria-invalid", "true");
        else node.removeAttribute("aria-invalid");
        // Never a field that is typed into; one that is only entered shows what another window has saved meanwhile.
        const recorded = work.recorded(entry.id, field);
        const entered = document.activeElement === node && (own || node.value.trim() === recorded);
        if (!own?.typing && !entered) node.value = own ? own.text : recorded;
        near();
      };
      const near = () => mark(node, field);
      fields.push(follow);
      return [node, error, choice, waits];
    }

    function beside(field, reading, draft) {
      if (draft) return draft.said ? "" : say("saving");
      if (reading) return say(reading);
      const time = work.savedAt(entry.id, field);
      return time ? say("saved", { time }) : "";
    }

    function mark(node, field) {
      const rows = sheet.querySelectorAll(`[data-levels="${CSS.escape(field)}"] li`);
      const value = parse(node.value);
      for (const row of rows) row.classList.toggle("near", value != null && Math.abs(Number(row.dataset.at) - value) < 1);
    }

    const inputs = [];
    const asked = setup.criteria.filter(({ id }) => sheets.get(entry.id).asked.includes(id));
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
          ...editable(input, criterion.id),
          make("p", { class: "muted", id: `${id}-scale` }, criterion.scale),
        ),
      );
    });

    const comments = ["entrant", "internal"].flatMap((field) => {
      const area = make("textarea", { id: `${uid}-${field}` });
      return [
        make("label", { class: "block", for: area.id }, say(field)),
        ...editable(area, field),
      ];
    });

    const flag = make("input", {
      type: "checkbox",
      onchange: (event) => work.save(entry.id, "flag", event.target.checked ? "on" : "off"),
    });
    const flagged = () => (work.draft(entry.id, "flag")?.text ?? work.recorded(entry.id, "flag")) === "on";
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
      const own = held();
      fields.forEach((follow) => follow());
      flag.checked = flagged();
      flag.disabled = locked(entry.id);
      declare.hidden = locked(entry.id);
      recused.hidden = !["recused", "passed"].includes(own.state);
      recused.textContent = say(own.state === "passed" ? "is_passed" : "is_recused");
      withdrawn.hidden = !own.withdrawn;
      flagError.textContent = work.flagRefused(entry.id);
      const count = own.filled;
      total.textContent = own.total && Object.keys(own.marks).length ? say("total", { total: own.total }) : "";
      filled.textContent = !recused.hidden ? "" : say("filled", { filled: count, asked: asked.length });
      send.disabled = locked(entry.id) || own.state !== "complete";
      const empty = asked.length - count;
      sent.textContent =
        own.state === "submitted" ? say("is_submitted") : own.state === "partial" ? say("empty", { n: empty, counts: setup.counts }) : "";
      life.hidden = !own.history;
      past.replaceChildren(history(own.history || []));
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
    said.textContent = "";
    work.submit(ids, (answer) => {
      said.textContent = answer.said || "";
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
          work.recuse(entry.id, kind.value, reason.value, (answer) => {
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

  drawSheet();
  catchUp();
  return work.stop;
}

export default { render };
