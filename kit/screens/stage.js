// What everybody may see on the day of presentations: one list at a time, in pages where it does not fit the screen.
// The stage only asks what it may show; whether a result is part of that is decided by Python.

const LOOK = 3000; // ms between two looks
const SIZES = [1.6, 1.4, 1.2, 1]; // of a list's letters: the largest that needs no second page
const PATIENCE = 4; // looks without an answer before it is said that the stage is out of date

function render({ model, el }) {
  const setup = model.get("setup");
  const say = sayer(setup.texts);
  const post = poster(model);
  let state = { lists: [], at: "", time: "", word: say("loading") };
  let unanswered = 0;
  let lost = ""; // what the page says of a connection that is gone
  let wrong = ""; // why nothing can be shown
  let list = 0;
  let page = 0;
  let pages = []; // of the list on the screen: the rows of each

  // The frame

  const tabs = make("nav", { class: "tools tabs", "aria-label": say("lists") });
  const clock = make("p", { class: "clock" });
  const notice = make("p", { class: "notice", role: "status", hidden: true });
  const notes = make("p", { class: "notes" });
  const caption = make("caption");
  const head = make("tr");
  const body = make("tbody");
  const table = make("table", {}, caption, make("thead", {}, head), body);
  const area = make("div", { class: "area" }, table);
  const where = make("span");
  const turns = [button("←", () => turn(-1), { "aria-label": say("before") }), where, button("→", () => turn(1), { "aria-label": say("after") })];
  const foot = make("nav", { class: "tools pages", "aria-label": say("pages") }, ...turns);
  const whole = button(say("full_screen"), () => fullScreen(root), { hidden: !document.fullscreenEnabled });
  const root = make(
    "section",
    { class: `kit-form stage${model.page ? " full" : ""}`, lang: setup.language },
    make(
      "header",
      {},
      make(model.page ? "h1" : "h2", {}, setup.round),
      make("p", { class: "contest" }, setup.title),
      setup.simulated && make("p", { class: "simulated" }, setup.simulated),
    ),
    notice,
    make("div", { class: "above" }, tabs, notes, clock, whole),
    area,
    foot,
  );
  el.append(root);
  keepKeys(root);

  // Lists and pages

  function choose(at) {
    [list, page] = [at, 0];
    draw();
  }

  function turn(by) {
    if (pages[page + by]) page += by;
    else if (state.lists[list + by]) [list, page] = [list + by, by < 0 ? Infinity : 0];
    draw();
  }

  function key(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!model.page && !root.contains(document.fullscreenElement || document.activeElement)) return;
    if (!paged() && !/Left|Right/.test(event.key)) return; // the others scroll
    event.preventDefault();
    turn(by);
  }

  function cell([name], row) {
    if (name === "title") return make("th", { scope: "row", class: name }, row[name]);
    const soon = name === "time" && row.now && make("span", {}, say("on_now"));
    return make("td", { class: name }, name === "sheets" ? make("span", {}, row[name]) : row[name], soon);
  }

  function draw() {
    const late = lost || (unanswered > PATIENCE && say("stale")) || wrong;
    put(notice, late);
    notice.hidden = !late;
    clock.textContent = [state.word, state.time].filter(Boolean).join(" · ");
    list = Math.max(0, Math.min(list, state.lists.length - 1));
    const now = state.lists[list] ?? { name: "", heads: [], rows: [], notes: [] };
    const names = state.lists.length > 1 ? state.lists.map(({ name }) => name) : [];
    const pressed = (n) => String(n === list);
    if (tabs.textContent !== names.join("")) tabs.replaceChildren(...names.map((name, n) => button(name, () => choose(n))));
    [...tabs.children].forEach((tab, n) => tab.setAttribute("aria-pressed", pressed(n)));
    notes.textContent = now.notes.join(" ");
    caption.textContent = now.name;
    area.hidden = !now.rows.length;
    foot.hidden = true;
    head.replaceChildren(...now.heads.map(([name, label]) => make("th", { scope: "col", class: name }, label)));
    const row = (one) => make("tr", { "data-light": one.light, "aria-current": one.now && "time" }, ...now.heads.map((each) => cell(each, one)));
    body.replaceChildren(...now.rows.map(row));
    for (const size of paged() ? SIZES : [1]) {
      table.style.fontSize = `${size}em`;
      pages = split();
      if (pages.length < 2) break;
    }
    foot.hidden = pages.length < 2;
    if (!foot.hidden) pages = split(); // it takes room as well
    page = Math.max(0, Math.min(page, pages.length - 1));
    for (const each of body.rows) each.hidden = !pages[page].includes(each);
    where.textContent = say("page", { n: page + 1, total: pages.length });
  }

  // A screen of its own does not grow with its rows.
  function paged() {
    return getComputedStyle(area).overflowY !== "visible";
  }

  // The rows of each page: as many as fit.
  function split() {
    const room = paged() ? area.clientHeight - (table.offsetHeight - body.offsetHeight) : Infinity;
    const found = [[]];
    let used = 0;
    for (const row of body.rows) {
      used += row.offsetHeight;
      if (used > room && found.at(-1).length) {
        found.push([]);
        used = row.offsetHeight;
      }
      found.at(-1).push(row);
    }
    return found;
  }

  // Messages

  function look() {
    if (document.hidden) return;
    unanswered += 1;
    post({ type: "load", at: state.at });
    if (unanswered > PATIENCE) draw();
  }

  function take(answer) {
    const was = unanswered > PATIENCE || wrong;
    unanswered = 0;
    wrong = answer.type === "refused" ? answer.said : "";
    if (answer.type === "state") {
      if (answer.recap !== state.recap) list = page = 0;
      state = answer;
    } else if (wrong) state = { ...state, lists: [], at: "", word: "", recap: false };
    if (answer.type !== "same" || was) draw();
  }

  const watch = new ResizeObserver(() => draw());
  watch.observe(area);
  model.on("msg:custom", take);
  model.on("disconnected", (said) => ((lost = said || say("stale")), draw()));
  model.on("reconnected", () => ((lost = ""), draw(), look()));
  const deafen = listen([document, "keydown", key], [document, "visibilitychange", look], [document.fonts, "loadingdone", draw]);
  const timer = setInterval(look, LOOK);
  look();
  return () => {
    clearInterval(timer);
    watch.disconnect();
    deafen();
  };
}

export default { render };
