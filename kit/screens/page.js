// Carries the form's messages over one web socket, and opens another when that one breaks off or falls silent.

import form from "./form.js";

const LIMIT = 2 ** 20; // bytes of one message that the server takes
const SILENCE = 30000; // ms without an answer after which a connection is taken for dead
const FIRST = 500; // ms before the first attempt to connect again; then longer and longer
const LAST = 10000;

const place = document.getElementById("form");
const notice = document.getElementById("notice");
const listeners = {};
let setup, remove, socket, timer;
let asked = 0; // when something was sent that is not answered yet
let pause = FIRST;

// What the form knows as an anywidget model.
const model = {
  get: () => setup,
  on: (name, listener) => {
    listeners[name] = listener;
  },
  send(message) {
    const text = JSON.stringify(message);
    if (new TextEncoder().encode(text).length > LIMIT) return tooLong(message);
    if (socket?.readyState !== WebSocket.OPEN) return; // the form sends again what is not answered
    socket.send(text);
    asked ||= Date.now();
  },
};

function tooLong(message) {
  const said = place.dataset.tooLong;
  const changes = message.changes || [];
  if (changes.length > 1) for (const change of changes) model.send({ ...message, changes: [change] });
  else if (changes.length) take({ type: "saved", outcomes: [{ key: changes[0].key, said }], sheets: {} });
  else take({ type: "refused", key: message.key, said });
}

function tell(sentence) {
  if (setup) listeners.disconnected(sentence);
  else notice.textContent = sentence;
}

function take(message) {
  if (message.type === "unavailable") tell(message.said);
  else if (message.type === "setup") show(message.setup);
  else listeners["msg:custom"](message);
}

function show(given) {
  pause = FIRST;
  notice.hidden = true;
  if (JSON.stringify(given) === JSON.stringify(setup)) return listeners.reconnected();
  remove?.(); // what is not saved is in the browser's storage, where the new form finds it
  place.replaceChildren();
  setup = given;
  remove = form.render({ model, el: place });
}

function connect() {
  clearTimeout(timer);
  if (socket) return;
  const own = new WebSocket(`${location.origin.replace(/^http/, "ws")}/saluran`);
  socket = own;
  asked = Date.now();
  own.onmessage = ({ data }) => {
    asked = 0;
    take(JSON.parse(data));
  };
  own.onclose = ({ code }) => closed(code);
}

async function closed(code) {
  socket = null;
  asked = 0;
  if (code === 4429) return tell(place.dataset.crowded);
  const answer = await fetch("/", { cache: "no-store" }).catch(() => null);
  if (answer?.status === 401) return tell(place.dataset.ended);
  timer = setTimeout(connect, pause * (0.5 + Math.random())); // not all judges in the same moment
  pause = Math.min(2 * pause, LAST);
}

setInterval(() => {
  if (!asked || Date.now() - asked < SILENCE) return;
  socket.onmessage = socket.onclose = null;
  socket.close();
  closed();
}, 1000);

addEventListener("online", connect);
connect();
