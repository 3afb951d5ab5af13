// What is shown on the day of presentations. The page asks Python every few seconds how far everybody is; scores come
// only when somebody presses the button for them, and Python sends none before the round is decided.

const OFTEN = 5000; // ms between two looks while the round is open
const SELDOM = 20000; // ms afterwards
const TIMEOUT = 4; // looks without an answer before it is said that the page is out of date

function render({ model, el }) {
  const setup = model.get("setup");
  const say = sayer(setup.texts);
  const uid = `s${Math.random().toString(36).slice(2, 8)}`;
  let state = null;
  let group = setup.groups[0]?.id;
  let unanswered = 0;
  let timer = 0;
  let recapped = "";
  let scores = ""; // the recap as it was sent last
  let wanted = false; // whether somebody asked for it

  function post(message) {
    unanswered += 1;
    try {
      model.send({ ...message, recap: wanted });
    } catch (error) {
      console.warn(error); // the connection is gone; the next look tries again
    }
    tell();
  }

  function look() {
    clearTimeout(timer);
    if (!document.hidden) post({ type: "load" });
    timer = setTimeout(look, !state || state.open ? OFTEN : SELDOM);
  }

  model.on("msg:custom", (answer) => {
    unanswered = 0;
    state = answer.state ?? state;
    if (answer.type === "recap") {
      wanted = !answer.refused;
      recapSaid.textContent = answer.refused;
    }
    if (answer.state?.recap) scores = answer.state.recap;
    if (answer.state?.decided) recapSaid.textContent = "";
    if (answer.state && !answer.state.decided) wanted = false; // the round was taken up again
    const form = { draw: drawing, absent: absence, present: absence }[answer.type];
    if (form) form.said.textContent = answer.refused;
    else if (!answer.state && answer.type !== "recap") wrong = answer.refused;
    if (answer.state) wrong = "";
    if (form && !answer.refused) form.done();
    draw();
  });

  // The frame

  let wrong = "";
  const status = make("p", { class: "status", role: "status", "aria-live": "polite" });
  const tabs = make(
    "div",
    { class: "tools" },
    ...setup.groups.map(({ id, name }) =>
      make("button", { type: "button", "data-group": id, onclick: () => ((group = id), draw()) }, name),
    ),
  );
  const drawn = make("p", { class: "muted" });
  const body = make("tbody");
  const caption = make("caption");
  const heads = ["place", "time", "finalist", "sheets"].map((name) =>
    make("th", { scope: "col", class: { time: "when", place: "place" }[name] }, say(name)),
  );
  const table = make("table", { class: "order" }, caption, make("thead", {}, make("tr", {}, ...heads)), body);
  const recap = make("section", { class: "recap", "aria-label": say("recap_label") });
  const recapSaid = make("p", { class: "error", role: "alert" });
  const recapButton = make("button", { type: "button", hidden: true, onclick: askRecap });
  const drawing = asking("draw", ["seed", "reason"]);
  const absence = asking("absent", ["entry", "reason"]);
  const whole = make("button", { type: "button", onclick: fill }, say("full_screen"));
  const root = make(
    "div",
    { class: "kit-form stage", lang: setup.language },
    make(
      "header",
      {},
      make("div", {}, make("p", { class: "muted" }, setup.title), make("h2", {}, setup.round)),
      make("div", { class: "tools" }, recapButton, whole),
      setup.simulated && make("p", { class: "notice" }, setup.simulated),
    ),
    recapSaid,
    recap,
    make("div", { class: "above" }, tabs, drawn),
    table,
    status,
    drawing.node,
    absence.node,
  );
  keepKeys(root);
  el.append(root);

  function askRecap() {
    if (!wanted) return post({ type: "recap" });
    wanted = false;
    draw();
  }

  function fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen();
  }

  // A form that records one thing, with what was refused about it.
  function asking(kind, names) {
    const said = make("p", { class: "error", role: "alert" });
    const fields = Object.fromEntries(
      names.map((name) => [name, make(name === "entry" ? "select" : "input", { id: `${uid}-${kind}-${name}`, autocomplete: "off" })]),
    );
    const button = make("button", { type: "button" }, say(`do_${kind}`));
    const node = make(
      "details",
      {},
      make("summary", {}, say(`ask_${kind}`)),
      make("p", { class: "muted" }, say(`about_${kind}`)),
      make(
        "div",
        { class: "asking" },
        ...names.map((name) => make("div", {}, make("label", { class: "block", for: fields[name].id }, say(`${kind}_${name}`)), fields[name])),
        button,
      ),
      said,
    );
    button.addEventListener("click", () => {
      const entry = fields.entry?.value;
      const back = state?.rows.find(({ entry_id }) => entry_id === entry)?.light === "absent";
      const values = Object.fromEntries(names.map((name) => [name, fields[name].value.trim()]));
      post({ type: back ? "present" : kind, group, ...values });
    });
    const done = () => {
      for (const input of Object.values(fields)) if (input.tagName === "INPUT") input.value = "";
      node.open = false;
    };
    return { node, said, fields, button, done };
  }

  absence.fields.entry.addEventListener("change", () => offer());

  function offer() {
    const chosen = state?.rows.find(({ entry_id }) => entry_id === absence.fields.entry.value);
    absence.button.textContent = say(chosen?.light === "absent" ? "do_present" : "do_absent");
  }

  function tell() {
    const late = unanswered > TIMEOUT;
    const text = late ? say("stale") : wrong || (state ? say("now", { word: state.word, time: state.time }) : "");
    if (status.textContent !== text) status.textContent = text;
    status.dataset.state = late || wrong ? "not_saved" : "";
  }

  function draw() {
    tell();
    if (!state) return;
    const name = setup.groups.find(({ id }) => id === group)?.name ?? "";
    const own = state.rows.filter((row) => row.group === group);
    for (const button of tabs.children) button.setAttribute("aria-pressed", String(button.dataset.group === group));
    tabs.hidden = setup.groups.length < 2;
    drawn.textContent = state.drawn[group] ?? say("not_drawn");
    caption.textContent = say("order_caption", { group: name });
    const timed = own.some((row) => row.time);
    const placed = own.some((row) => row.place);
    heads[0].hidden = !placed;
    heads[1].hidden = !timed;
    body.replaceChildren(
      ...own.map((row) =>
        make(
          "tr",
          { "data-entry": row.entry_id, "data-light": row.light },
          make("td", { class: "place", hidden: !placed }, row.place || "–"),
          make("td", { class: "when", hidden: !timed }, row.time),
          make("th", { scope: "row" }, make("span", { class: "name" }, row.title), make("span", { class: "unit" }, `${row.entry_id} · ${row.unit}`)),
          make("td", { class: "light" }, make("span", {}, row.word)),
        ),
      ),
    );
    drawing.node.hidden = absence.node.hidden = !state.open;
    drawing.fields.reason.parentElement.hidden = !state.drawn[group];
    const select = absence.fields.entry;
    if (document.activeElement !== select) {
      const chosen = select.value;
      const offered = own.filter((row) => row.absence);
      select.replaceChildren(...offered.map((row) => make("option", { value: row.entry_id }, `${row.entry_id} ${row.title}`)));
      if (offered.some((row) => row.entry_id === chosen)) select.value = chosen;
      absence.button.disabled = !offered.length;
    }
    offer();
    recapButton.hidden = state.open;
    recapButton.textContent = say(wanted ? "hide_recap" : "show_recap");
    const shown = wanted ? scores : "";
    if (recapped === shown) return;
    if (recapped === "") root.scrollIntoView({ block: "start" });
    recapped = shown;
    recap.innerHTML = recapped; // the kit's own blocks, escaped where they were made
  }

  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

export default { render };
