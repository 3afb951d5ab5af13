// A screen of topics: one at a time. Everything shown is what Python said last; nodes are kept and filled anew, so that
// nobody loses a click, the focus or what was typed. Python records an act, or asks first and records what was confirmed.

const LOOK = 4000; // ms between two looks at what other windows have recorded
const ANEW = 15; // so many looks after which everything is asked for, whatever was recorded
const PATIENCE = 60000; // ms without an answer after which an act is said to be uncertain, and a look is repeated

function render({ model, el }) {
  const setup = model.get("setup");
  const say = sayer(setup.texts);
  const post = poster(model);
  const page = model.page === true;
  const uid = `t${Math.random().toString(36).slice(2, 8)}`;

  let topics = [];
  let at = null; // the event up to which they are true
  let shown = page ? decodeURIComponent(location.hash.slice(1)) : "";
  let away = "";
  let looks = 0;
  let asked = 0; // when was looked last, where that is not answered: a busy kernel is not to find a queue
  let held = false; // while a button is being pressed nothing moves
  let late = false; // something is to be drawn once it is not
  const sent = new Map(); // key -> {topic, act, values, timer}: acts that are not answered
  const typed = new Map(); // "topic act field" -> what was typed there and is not recorded
  const said = new Map(); // "topic act" -> {text, wrong, asks}
  const forms = new Map(); // act -> its form in the topic that is shown
  const slot = (...names) => names.join("\n");

  // The frame

  const notice = make("p", { class: "notice", role: "alert", hidden: true });
  const count = make("span", { class: "count" });
  const turn = (name, sign, by) => button(sign, () => go(by), { "aria-label": say(name), title: say(name) });
  const before = turn("previous", "←", -1);
  const after = turn("next", "→", 1);
  const list = make("ol", { id: `${uid}-list`, class: "topic-list", hidden: true });
  const menu = button(say("topics"), () => unfold(list.hidden), { "aria-expanded": "false", "aria-controls": list.id });
  const full = button(say("full"), () => fullScreen(root), { class: "full-screen", hidden: !document.fullscreenEnabled });
  const bar = make(page ? "nav" : "div", { class: "bar", role: page ? null : "group", "aria-label": say("topics") }, menu, before, count, after, full);
  if (model.leave) bar.append(button(say("leave"), () => model.leave()));
  const heading = make("h2", { id: `${uid}-title` }, say("loading"));
  const blocks = make("div", { class: "blocks" });
  const acts = make("div", { class: "acts" });
  const section = make("section", { class: "topic", tabindex: "-1", "aria-labelledby": heading.id }, heading, blocks, acts);
  const contest = make("p", { class: "contest" }, setup.contest);
  const keys = make("span", {}, say("keys"));
  const simulated = setup.simulated && make("p", { class: "simulated" }, setup.simulated);
  const title = page ? make("h1", {}, setup.title) : make("p", { class: "title" }, setup.title);
  const root = make(
    "section",
    { class: `kit-form topics${page ? " full" : ""}`, lang: setup.language },
    make(page ? "header" : "div", { class: "top" }, make("div", { class: "names" }, title, contest, simulated), bar, list),
    notice,
    section,
    make("p", { class: "foot" }, setup.actor, " ", keys),
  );
  el.append(root);
  keepKeys(root);
  if (!document.kitBlocks) {
    document.kitBlocks = new CSSStyleSheet(); // unlike a style element, a page's policy lets it in
    document.kitBlocks.replaceSync(setup.style);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, document.kitBlocks];
  }

  // Going from topic to topic

  const topic = () => topics.find(({ id }) => id === shown) || topics[0];

  function open(id) {
    unfold(false);
    if (id === topic()?.id) return;
    shown = id;
    said.clear();
    if (page) location.hash = encodeURIComponent(id);
    held = false; // whoever pressed a button here has let it go
    draw();
    section.focus({ preventScroll: true });
    if (page) scrollTo(0, 0);
    else root.scrollTop = 0;
  }

  function go(by) {
    const next = topics[topics.indexOf(topic()) + by];
    if (next) open(next.id);
  }

  function unfold(on) {
    list.hidden = !on;
    menu.setAttribute("aria-expanded", String(on));
  }

  function filled() {
    const on = document.fullscreenElement === root;
    root.classList.toggle("full", page || on);
    full.textContent = say(on ? "small" : "full");
  }

  function key(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const whole = root.classList.contains("full");
    if (!whole && !root.contains(event.target)) return;
    if (event.key === "Escape") return unfold(false);
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -1, PageDown: 1 }[event.key];
    if (!by) return;
    if (event.key.startsWith("Page")) {
      const box = document.fullscreenElement === root ? root : document.scrollingElement;
      const more = by > 0 ? box.scrollHeight - box.clientHeight - box.scrollTop : box.scrollTop;
      if (!whole || more > 4) return; // what does not fit is read first
    }
    event.preventDefault();
    go(by);
  }

  // Drawing what Python said

  function draw() {
    if (held) return (late = true);
    late = false;
    notice.textContent = away;
    notice.hidden = !away;
    const now = topic();
    if (!now) return;
    const n = topics.indexOf(now);
    count.textContent = say("of", { n: n + 1, total: topics.length });
    before.setAttribute("aria-disabled", n === 0);
    after.setAttribute("aria-disabled", n === topics.length - 1);
    for (const node of [menu, before, count, after, keys]) node.hidden = topics.length < 2;
    drawList(now);
    if (section.dataset.topic !== now.id) {
      section.dataset.topic = now.id;
      acts.replaceChildren();
      forms.clear();
      blocks.html = null;
    }
    heading.textContent = now.title;
    if (blocks.html !== now.html) drawBlocks(now.html);
    drawActs(now);
  }

  function drawList(now) {
    const key = JSON.stringify([now.id, topics.map(({ id, title }) => [id, title])]);
    if (list.key === key) return;
    list.key = key;
    const line = ({ id, title }) => {
      const current = id === now.id && "true";
      return make("li", {}, button(title, () => open(id), { "aria-current": current }));
    };
    list.replaceChildren(...topics.map(line));
  }

  function drawBlocks(html) {
    blocks.html = html;
    const parsed = make("template");
    parsed.innerHTML = html.replaceAll(' style="', ' data-style="'); // as an attribute a page's policy refuses it; no text has this quote
    for (const node of parsed.content.querySelectorAll("[data-style]")) node.style.cssText = node.dataset.style;
    blocks.replaceChildren(parsed.content);
  }

  function drawActs(now) {
    const wanted = new Map(now.acts.map((act) => [act.id, act]));
    for (const [id, form] of forms) {
      if (wanted.has(id)) continue;
      if (said.get(slot(now.id, id))?.text) form.body.hidden = true; // what came of it is still to be read
      else {
        form.remove();
        forms.delete(id);
      }
      form.tell();
    }
    let last = null;
    for (const act of now.acts) {
      const form = forms.get(act.id) || newForm(now.id, act.id);
      forms.set(act.id, form);
      if (last ? last.nextSibling !== form && !follows(last, form) : !form.isConnected) {
        if (last) last.after(form);
        else acts.prepend(form);
      }
      form.draw(act);
      last = form;
    }
  }

  const follows = (one, other) => other.isConnected && one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;

  // An act: its fields, its button, and what came of it

  function newForm(topicId, actId) {
    const name = slot(topicId, actId);
    const fields = new Map();
    let act;
    const place = make("div", { class: "fields" });
    const legend = make("p", { class: "legend", id: `${uid}-${topicId}-${actId}` });
    const send = button("", null, { type: "submit", class: "main" });
    const question = make("p", { tabindex: "-1", class: "question" });
    const yes = button(say("confirm"), () => press(said.get(name).asks), { class: "main" });
    const no = button(say("cancel"), () => (said.delete(name), form.tell(), send.focus()));
    const asks = make("div", { class: "asks", hidden: true }, question, make("div", { class: "buttons" }, yes, no));
    const outcome = make("p", { class: "said", role: "status" });
    const body = make("div", { class: "body" }, legend, place, send, asks);
    const form = make("form", { class: "act", novalidate: true, onsubmit: submit }, body, outcome);
    form.body = body;

    function submit(event) {
      event.preventDefault();
      if (!act.at_once) press();
    }

    function values() {
      return Object.fromEntries([...fields].map(([field, node]) => [field, node.read()]));
    }

    function press(confirmed = "") {
      if ([...sent.values()].some((other) => other.name === name)) return; // it is being recorded already
      if (away) return tell({ text: away, wrong: true });
      const key = newKey();
      const seen = Object.fromEntries(act.fields.map((field) => [field.name, field.value]));
      const timer = setTimeout(() => uncertain(key), PATIENCE);
      sent.set(key, { name, topic: topicId, act: actId, values: values(), timer });
      tell({ text: say("working") });
      post({ type: "act", key, topic: topicId, act: actId, values: values(), seen, confirmed });
    }

    function tell(what) {
      said.set(name, what);
      form.tell();
    }

    form.tell = () => {
      const what = said.get(name) || {};
      const opened = what.asks && asks.hidden;
      outcome.textContent = what.text || "";
      outcome.classList.toggle("error", Boolean(what.wrong));
      question.textContent = what.asks || "";
      asks.hidden = !what.asks;
      send.hidden = Boolean(act?.at_once || what.asks);
      if (opened) question.focus(); // a second Enter confirms nothing
    };

    function changed(field) {
      typed.set(slot(topicId, actId, field), fields.get(field).read());
      if (act.at_once) {
        said.delete(name);
        press();
      } else if (said.get(name)) {
        said.delete(name); // neither the question nor the last answer is about what stands there now
        form.tell();
      }
    }

    // After an answer: what was changed meanwhile is recorded as well.
    form.goOn = (values) => {
      const waits = [...fields.keys()].some((field) => (typed.get(slot(topicId, actId, field)) ?? values[field]) !== values[field]);
      if (act.at_once && waits) press();
    };

    form.draw = (given) => {
      act = given;
      body.hidden = false;
      legend.textContent = act.button;
      legend.hidden = !act.at_once || !act.fields.length;
      form.classList.toggle("at-once", act.at_once);
      send.textContent = act.button;
      for (const [field, node] of fields) {
        if (act.fields.some((one) => one.name === field && one.kind === node.kind)) continue;
        node.remove();
        fields.delete(field);
      }
      for (const field of act.fields) {
        let node = fields.get(field.name);
        if (!node) {
          node = KINDS[field.kind](`${uid}-${topicId}-${actId}-${field.name}`, () => changed(field.name), Boolean(act.at_once));
          node.kind = field.kind;
          fields.set(field.name, node);
          place.append(node);
        }
        const own = slot(topicId, actId, field.name);
        if (typed.get(own) === field.value) typed.delete(own);
        node.write(field, typed.get(own));
      }
      form.tell();
    };
    return form;
  }

  // Kinds of field: a node with `write(field, typed)` and `read()`

  function textField(id, changed, atOnce) {
    const input = make("input", { id, type: "text", autocomplete: "off", [atOnce ? "onchange" : "oninput"]: changed });
    const label = make("label", { for: id });
    const node = make("div", { class: "field" }, label, input);
    node.read = () => input.value;
    node.write = (field, typed) => {
      label.textContent = field.label;
      input.required = field.needed;
      const value = typed ?? field.value;
      if (input.value !== value && !(atOnce && document.activeElement === input)) input.value = value;
    };
    return node;
  }

  function timeField(...about) {
    const node = textField(...about);
    node.classList.add("time");
    return node;
  }

  function checkField(id, changed) {
    const input = make("input", { id, type: "checkbox", onchange: changed });
    const words = make("span");
    const node = make("div", { class: "field check" }, make("label", { class: "check", for: id }, input, words));
    node.read = () => (input.checked ? "on" : "");
    node.write = (field, typed) => {
      words.textContent = field.label;
      input.checked = Boolean(typed ?? field.value);
    };
    return node;
  }

  function choiceField(id, changed) {
    const select = make("select", { id, onchange: changed });
    const label = make("label", { for: id });
    const node = make("div", { class: "field" }, label, select);
    let value = null; // what Python said last
    node.read = () => select.value;
    node.write = (field, typed) => {
      label.textContent = field.label;
      const key = JSON.stringify(field.options);
      const kept = typed ?? (value === field.value ? select.value : field.value);
      if (node.key !== key) select.replaceChildren(...field.options.map(([option, text]) => make("option", { value: option }, text)));
      node.key = key;
      value = field.value;
      const offered = [kept, field.value, field.options[0]?.[0]].find((one) => field.options.some(([option]) => option === one));
      if (select.value !== offered) select.value = offered ?? "";
    };
    return node;
  }

  function orderField(id, changed) {
    const label = make("p", { id: `${id}-label`, class: "legend" });
    const items = make("ol", { class: "order", "aria-labelledby": label.id });
    const node = make("div", { class: "field" }, label, items);
    let order = [];
    let names = new Map();
    node.read = () => order.join(">");
    node.write = (field, typed) => {
      label.textContent = field.label;
      names = new Map(field.options);
      const wanted = [typed, order.join(">"), field.value].map((text) => (text ? text.split(">") : []));
      const whole = (own) => own.length === names.size && own.every((one) => names.has(one));
      order = wanted.find(whole) || [...names.keys()];
      show();
    };

    function show(focus) {
      const key = JSON.stringify([order, [...names]]);
      if (node.key === key) return;
      node.key = key;
      const line = (one, n) => {
        const arrow = (name, sign, by) => {
          const what = say(name, { what: names.get(one) });
          const off = !order[n + by];
          return button(sign, () => move(n, by), { "aria-label": what, title: what, "aria-disabled": String(off) });
        };
        return make("li", {}, make("span", {}, names.get(one)), arrow("up", "↑", -1), arrow("down", "↓", 1));
      };
      items.replaceChildren(...order.map(line));
      if (focus) items.children[focus[0]].querySelectorAll("button")[focus[1] < 0 ? 0 : 1].focus();
    }

    function move(n, by) {
      if (!order[n + by]) return;
      [order[n], order[n + by]] = [order[n + by], order[n]];
      show([n + by, by]);
      changed();
    }
    return node;
  }

  const KINDS = { text: textField, time: timeField, check: checkField, choice: choiceField, order: orderField };

  // Messages

  function take(message) {
    asked = 0;
    const was = sent.get(message.key);
    if (was) {
      clearTimeout(was.timer);
      sent.delete(message.key);
      if (message.type === "asks") said.set(was.name, { asks: message.asks });
      else said.set(was.name, { text: message.said, wrong: message.type === "refused" });
      for (const [field, value] of Object.entries(was.values)) {
        const own = slot(was.name, field);
        const recorded = message.type === "done" && typed.get(own) === value;
        const check = message.type === "refused" && forms.get(was.act)?.querySelector(".check"); // a box shows what is on record
        if (recorded || (check && typed.get(own) === value)) typed.delete(own);
      }
    } else if (message.type === "refused") away = message.said;
    if (message.topics) {
      if (at !== message.at) away = "";
      at = message.at;
      topics = message.topics;
      if (page && !topics.some(({ id }) => id === shown)) shown = topics[0].id;
    } else if (message.hindered) away = message.hindered;
    draw();
    if (was && was.topic === topic()?.id) forms.get(was.act)?.goOn(was.values);
    if (message.type === "done") dispatchEvent(new CustomEvent("kit-recorded", { detail: uid })); // a notebook has several screens
  }

  function uncertain(key) {
    const was = sent.get(key);
    clearTimeout(was.timer);
    sent.delete(key);
    said.set(was.name, { text: say("unanswered"), wrong: true });
    draw();
  }

  function look(all) {
    if (sent.size || document.hidden || (all !== true && Date.now() - asked < PATIENCE) || (!page && !root.offsetParent && document.fullscreenElement !== root)) return;
    looks += 1;
    asked = Date.now();
    post({ type: "look", at: all === true || looks % ANEW === 0 ? null : at });
  }

  const press = (event) => {
    if (event.button !== 0 || !event.target.closest("button, .check")) return;
    held = true;
    setTimeout(release, 1500); // where it is let go outside of the window, nobody says so
  };
  const release = () => setTimeout(() => ((held = false), late && draw()), 0);
  const recorded = (event) => event.detail !== uid && look();
  const hashed = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (id && id !== shown && topics.some((one) => one.id === id)) open(id);
  };
  const warn = (event) => typed.size && page && event.preventDefault();
  const deafen = listen(
    [document, "keydown", key],
    [document, "fullscreenchange", filled],
    [root, "pointerdown", press],
    [window, "pointerup", release],
    [window, "pointercancel", release],
    [window, "kit-recorded", recorded],
    [window, "beforeunload", warn],
    ...(page ? [[window, "hashchange", hashed]] : []),
  );
  model.on("msg:custom", take);
  model.on("disconnected", (sentence) => {
    for (const key of [...sent.keys()]) uncertain(key);
    away = sentence || say("away");
    draw();
  });
  model.on("reconnected", () => {
    away = "";
    draw();
    look(true);
  });
  const timer = setInterval(look, LOOK);
  post({ type: "load" });

  return () => {
    clearInterval(timer);
    deafen();
    model.off?.("msg:custom", take);
    el.replaceChildren();
  };
}

export default { render };
