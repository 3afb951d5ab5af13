// Carries a front end's messages over one web socket, and opens another when that one breaks off or falls silent.

const LIMIT = 2 ** 20; // bytes of one message that the server takes
const SILENCE = 30000; // ms without an answer after which a connection is taken for dead
const PATIENCE = 5000; // ms for an answer about the session
const FIRST = 500; // ms before the first attempt to connect again; then longer and longer
const LAST = 10000;

// Show a front end in #form, with what it knows as an anywidget model.
export function carry(frontEnd) {
  const place = document.getElementById("form");
  const notice = document.getElementById("notice");
  const { channel, canLeave, ...said } = place.dataset;
  const listeners = {};
  let setup, remove, socket, timer;
  let asked = 0; // when something was sent that is not answered yet
  let pause = FIRST;

  const model = {
    page: true,
    get: () => setup,
    on(name, listener) {
      listeners[name] = listener;
    },
    send(message) {
      const text = JSON.stringify(message);
      if (new TextEncoder().encode(text).length > LIMIT) return tooLong(message);
      if (socket?.readyState !== WebSocket.OPEN) return; // the front end sends again what is not answered
      socket.send(text);
      asked ||= Date.now();
    },
  };
  // End the session on the server, then show that it has ended; rejected where the server does not answer.
  const leave = async () => {
    const answer = await fetch("/keluar", { method: "POST", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
    setup = null;
    location.replace("/keluar");
  };
  if (canLeave) model.leave = leave;

  function tooLong(message) {
    const changes = message.changes || [];
    if (changes.length > 1) for (const change of changes) model.send({ ...message, changes: [change] });
    else if (changes.length) take({ type: "saved", outcomes: [{ key: changes[0].key, said: said.tooLong }], sheets: {} });
    else take({ type: "refused", key: message.key, said: said.tooLong });
  }

  // `sentence` is blank while the page only connects again.
  function tell(sentence) {
    if (setup) listeners.disconnected?.(sentence);
    else notice.textContent = sentence || said.connecting;
  }

  function take(message) {
    if (message.type === "unavailable") tell(message.said);
    else if (message.type === "setup") show(message.setup);
    else listeners["msg:custom"]?.(message);
  }

  function show(given) {
    pause = FIRST;
    notice.hidden = true;
    if (JSON.stringify(given) === JSON.stringify(setup)) return listeners.reconnected?.();
    remove?.(); // what is not saved is in the browser's storage, where the front end finds it
    for (const name of Object.keys(listeners)) delete listeners[name];
    place.replaceChildren();
    setup = given;
    remove = frontEnd.render({ model, el: place });
  }

  function connect() {
    clearTimeout(timer);
    if (socket) return;
    const own = new WebSocket(`${location.origin.replace(/^http/, "ws")}${channel}`);
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
    if (code === 4429) return tell(said.crowded);
    if (code !== 1013) tell(""); // else the server has said why
    const answer = await fetch(location.pathname, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    if (answer?.status === 401) return tell(said.ended);
    timer = setTimeout(connect, pause * (0.5 + Math.random())); // not all pages in the same moment
    pause = Math.min(2 * pause, LAST);
  }

  // Give up a connection that answers no more, or whose network has gone: it would not be closed for minutes.
  function abandon() {
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
    closed();
  }

  setInterval(() => {
    if (asked && Date.now() - asked > SILENCE) abandon();
  }, 1000);
  addEventListener("offline", abandon);
  addEventListener("online", connect);
  connect();
}
