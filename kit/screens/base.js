// What all front ends of the kit share; it stands before each of them in one module (kit/screens/front_end.py).

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

const button = (text, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, ...[text].flat());

// Show a text; what is shown already is not said again.
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Add listeners, each [target, event, listener]; returns what removes them.
function listen(...heard) {
  for (const [target, event, listener] of heard) target.addEventListener(event, listener);
  return () => heard.forEach(([target, event, listener]) => target.removeEventListener(event, listener));
}

// A key for a message that nobody else has.
const newKey = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;

function fullScreen(root) {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen();
}

// A function that returns a text by its name, with values in the place of {names}.
function sayer(texts) {
  return (name, values = {}) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

// A function that sends a message; where the connection is gone, whoever waits for an answer sends it again.
function poster(model) {
  return (message) => {
    try {
      model.send(message);
    } catch (error) {
      console.warn(error);
    }
  };
}

// JupyterLab would take arrows and letters on a button or a choice for its own commands.
function keepKeys(root) {
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
}
