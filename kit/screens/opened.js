// Keeps itself in sight while the cells below run, until somebody scrolls, types or clicks.

const PATIENCE = 20000; // ms that the other cells have to show something

function render({ model, el }) {
  el.innerHTML = model.get("html"); // the kit's own blocks, in which all text is escaped
  let observer;
  let timer;
  const gestures = ["wheel", "pointerdown", "keydown", "touchstart"];
  const stop = () => {
    observer?.disconnect();
    clearTimeout(timer);
    for (const gesture of gestures) document.removeEventListener(gesture, stop, true);
  };
  const start = () => {
    const notebook = el.closest(".jp-Notebook");
    const cell = el.closest(".jp-Cell");
    if (!notebook || !cell) return;
    const show = () => cell.scrollIntoView({ block: "start" });
    observer = new ResizeObserver(show); // what the other cells show moves this one
    for (const other of notebook.querySelectorAll(".jp-Cell")) observer.observe(other);
    for (const gesture of gestures) document.addEventListener(gesture, stop, true);
    timer = setTimeout(stop, PATIENCE);
    show();
  };
  requestAnimationFrame(start);
  return stop;
}

export default { render };
