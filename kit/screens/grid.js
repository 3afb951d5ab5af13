// A table that sorts by its headers, filters by a text and copies what it shows.

const SHORT = 14; // letters that are not broken: codes, awards, counts

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A page that is not served as secure has no clipboard, but it can copy what is selected.
    const field = make("textarea", { readonly: "", "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

function render({ model, el }) {
  const texts = model.get("texts");
  let sorted = null; // { column, down }
  let labels = "";
  let visible = [];

  el.classList.add("kit-grid");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // keys belong to the table, not to the notebook's commands
  const filter = make("input", { type: "search", placeholder: texts.filter, "aria-label": texts.filter, oninput: draw });
  const copy = button(texts.copy, onCopy);
  const count = make("span", { class: "count", role: "status" });
  const caption = make("caption");
  const head = make("tr");
  const body = make("tbody");
  const table = make("table", {}, caption, make("thead", {}, head), body);
  const notes = make("div", { class: "notes" });
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "region" }, table);
  el.append(make("div", { class: "tools" }, filter, copy, count), scroll, notes);

  function onCopy() {
    const { columns } = model.get("data");
    const line = (cells) => cells.map((cell) => cell.replace(/[\t\n]+/g, " ")).join("\t");
    const lines = [line(columns.map((column) => column.label)), ...visible.map((row) => line(row.map((cell) => cell.text)))];
    copied(lines.join("\n")).then((done) => {
      count.textContent = (done ? texts.copied : texts.not_copied).replace("{n}", visible.length);
    });
  }

  function sortBy(column) {
    sorted = sorted?.column === column ? (sorted.down ? null : { column, down: true }) : { column, down: false };
    draw();
  }

  function order(a, b) {
    const [one, other] = [a[sorted.column], b[sorted.column]];
    const missing = (cell) => cell.text === "" || cell.text === "–";
    if (missing(one) || missing(other)) return missing(one) - missing(other); // what is missing stands last, either way
    const numbers = one.by !== null && other.by !== null;
    const by = numbers ? one.by - other.by : one.text.localeCompare(other.text, undefined, { numeric: true });
    return sorted.down ? -by : by;
  }

  function draw() {
    const { caption: title, columns, rows, notes: said, header } = model.get("data");
    if (labels !== JSON.stringify(columns)) {
      labels = JSON.stringify(columns);
      sorted = null;
      head.replaceChildren(
        ...columns.map((column, n) =>
          make("th", { scope: "col", class: column.number ? "number" : "" },
            button(column.label, () => sortBy(n), { title: texts.sort })),
        ),
      );
    }
    caption.textContent = title;
    scroll.setAttribute("aria-label", title);
    notes.replaceChildren(...said.map((note) => make("p", {}, note)));
    const wanted = folded(filter.value.trim());
    visible = rows.filter((row) => row.some((cell) => folded(cell.text).includes(wanted)));
    if (sorted) visible = [...visible].sort(order);
    [...head.children].forEach((cell, n) => {
      if (sorted?.column === n) cell.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    body.replaceChildren(
      ...visible.map((row) =>
        make("tr", {},
          ...row.map((cell, n) => {
            const short = cell.text.length <= SHORT && "short";
            const classes = [columns[n].number && "number", cell.strong && "strong", short].filter(Boolean).join(" ");
            return n === header
              ? make("th", { scope: "row", class: classes }, cell.text)
              : make("td", { class: classes }, cell.text);
          })),
      ),
    );
    count.textContent = texts.count.replace("{n}", visible.length).replace("{all}", rows.length);
  }

  model.on("change:data", draw);
  draw();
  return () => model.off("change:data", draw);
}

export default { render };
