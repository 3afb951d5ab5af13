// What is not recorded, as a list that can be downloaded; and the question before somebody leaves a borrowed machine.

function unsentList({ work, setup, say }) {
  const names = new Map(setup.criteria.map(({ id, name }) => [id, name]));
  const list = make("ul", { class: "unsent" });

  function download() {
    const href = URL.createObjectURL(new Blob([work.download()], { type: "text/csv" }));
    make("a", { href, download: `${setup.store.replaceAll("/", "-")}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60000);
  }

  function item({ entry, field, text, said }) {
    const what = make("strong", {}, `${entry} · ${names.get(field) || say(field)}: `);
    return make("li", {}, what, text || say("cleared"), make("p", { class: "muted" }, said || say("waiting")));
  }

  const draw = () => list.replaceChildren(...work.unsent().map(item));
  return { parts: [list, make("div", { class: "tools" }, button(say("download"), download))], draw };
}

// What the page may never save, or not soon; hidden while there is nothing.
function stuckList({ work, setup, say }) {
  const list = unsentList({ work, setup, say });
  const head = make("h2");
  const element = make("section", { class: "stuck", hidden: true }, head, make("p", {}, say("unsent_about")), ...list.parts);

  function draw() {
    element.hidden = !work.stuck();
    if (element.hidden) return;
    head.textContent = say("unsent", { n: work.unsent().length });
    list.draw();
  }

  return { element, draw };
}

// The button that ends the session and erases what the browser keeps of the judge; null where nobody can leave.
function leaving({ model, work, setup, say }) {
  if (!model.leave) return null;
  const list = unsentList({ work, setup, say });
  const about = make("p");
  const failed = make("p", { class: "error", role: "alert" });
  const stay = button(say("leave_stay"), () => dialog.close(), { class: "main" });
  const go = button("", end);
  const parts = [about, ...list.parts, failed, make("div", { class: "tools" }, stay, go)];
  const dialog = make("dialog", { class: "leaving", "aria-label": say("leave") }, ...parts);
  const windows = new BroadcastChannel(setup.store); // of this judge in this browser: who leaves one leaves all
  windows.onmessage = () => {
    work.erase();
    location.replace(location.pathname); // which is for nobody now
  };

  function draw() {
    const n = work.unsent().length;
    about.textContent = say(n ? "leave_unsent" : work.asking() ? "leave_asking" : "leave_saved");
    go.textContent = n ? say("leave_erase") : say("leave");
    for (const part of list.parts) part.hidden = !n;
    list.draw();
  }

  async function ask() {
    // What is only on its way gets a second.
    for (let tries = 0; work.leave() && work.connected && tries < 10; tries++) await new Promise((then) => setTimeout(then, 100));
    if (work.leave()) show();
    else end();
  }

  function show(said = "") {
    failed.textContent = said;
    draw();
    if (!dialog.open) dialog.showModal();
  }

  async function end() {
    go.disabled = true;
    try {
      await model.leave();
    } catch {
      return show(say("leave_failed"));
    } finally {
      go.disabled = false;
    }
    windows.postMessage("left");
    work.erase();
  }

  return { button: button(say("leave"), ask), dialog, draw: () => dialog.open && draw(), stop: () => windows.close() };
}
