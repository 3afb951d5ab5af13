// Long tables can be searched, filtered and sorted, and marks of a drawing say their values on hover; without this script,
// and on paper, each is whole and in its order.
"use strict";
(() => {
  const words = document.currentScript.dataset;
  const number = new Intl.NumberFormat(document.documentElement.lang).format;
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const [LONG, FEW, SHORT] = [8, 12, 40]; // rows of a table worth it; values, and letters of one, worth a list

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const text = (row, column) => row.cells[column].textContent.trim();
  const value = (row, column) => {
    const given = row.cells[column].dataset.value;
    return given === undefined ? text(row, column) : Number.isNaN(Number(given)) ? given : Number(given);
  };
  const isMissing = (given) => given === "" || given === "–";
  const isTotal = (row) => [...row.cells].every((cell) => cell.classList.contains("kit-strong"));

  const make = (tag, about, ...inside) => {
    const element = Object.assign(document.createElement(tag), about);
    element.append(...inside);
    return element;
  };

  function equip(table) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const totals = [];
    while (rows.length && isTotal(rows.at(-1))) totals.unshift(rows.pop());
    if (rows.length < LONG) return;
    const heads = [...table.tHead.rows[0].cells];
    const words_of = new Map(rows.map((row) => [row, fold(row.textContent)]));
    const count = make("output", { className: "kit-count" });
    const search = make("input", { type: "search", autocomplete: "off" });
    const lists = heads.map((head, column) => list(head, column, rows)).filter(Boolean);

    const show = () => {
      const sought = fold(search.value).split(/\s+/);
      for (const row of rows) {
        const found = sought.every((word) => words_of.get(row).includes(word));
        row.hidden = !found || lists.some(({ select, column }) => select.value && select.value !== text(row, column));
      }
      const shown = rows.filter((row) => !row.hidden).length;
      count.value = words.count.replace("{shown}", number(shown)).replace("{all}", number(rows.length));
      for (const row of totals) row.hidden = shown < rows.length;
    };
    const sort = (column) => {
      const way = { none: "ascending", ascending: "descending", descending: "none" }[heads[column].getAttribute("aria-sort") || "none"];
      for (const head of heads) head.removeAttribute("aria-sort");
      if (way !== "none") heads[column].setAttribute("aria-sort", way);
      const sign = { ascending: 1, descending: -1, none: 0 }[way];
      const order = (a, b) => {
        const [first, second] = [value(a, column), value(b, column)];
        if (isMissing(first) || isMissing(second)) return isMissing(first) - isMissing(second);
        const numbers = typeof first === "number" && typeof second === "number";
        return sign * (numbers ? first - second : compare(first, second));
      };
      body.append(...(sign ? [...rows].sort(order) : rows), ...totals);
    };

    heads.forEach((head, column) => {
      const button = make("button", { type: "button", className: "kit-sort", title: words.sort }, ...head.childNodes);
      button.addEventListener("click", () => sort(column));
      head.append(button);
    });
    const fields = [make("label", {}, make("span", {}, words.search), search), ...lists.map(({ label }) => label)];
    const tools = make("div", { className: "kit-tools", role: "search" }, ...fields, count);
    tools.setAttribute("aria-labelledby", table.caption.id);
    tools.addEventListener("input", show);
    table.parentElement.before(tools);
    show();
  }

  // A list of a column's values, where these are few, short and shared by many rows.
  function list(head, column, rows) {
    const values = [...new Set(rows.map((row) => text(row, column)))].filter(Boolean).sort(compare);
    const leads = rows.some((row) => row.cells[column].querySelector("a"));
    const worth = !leads && values.length > 1 && values.length <= Math.min(FEW, rows.length / 3);
    if (!worth || head.classList.contains("kit-number") || values.some((one) => one.length > SHORT)) return null;
    const options = values.map((one) => make("option", { value: one }, one));
    const select = make("select", {}, make("option", { value: "" }, words.everything), ...options);
    return { column, select, label: make("label", {}, make("span", {}, head.textContent), select) };
  }

  // A drawing becomes part of the page, where its titles show; its ids and styles stay its own.
  function open(image) {
    const text = decodeURIComponent(image.src.slice(image.src.indexOf(",") + 1));
    const drawing = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    if (!drawing.querySelector("g > title")) return;
    const host = make("span", { className: "kit-drawing" });
    host.setAttribute("role", "img");
    host.setAttribute("aria-label", image.alt);
    host.style.maxWidth = drawing.getAttribute("width");
    drawing.style.cssText = "display: block; width: 100%; height: auto";
    host.attachShadow({ mode: "open" }).append(drawing);
    image.replaceWith(host);
  }

  document.querySelectorAll(".kit-table table").forEach(equip);
  document.querySelectorAll(".kit-figure img").forEach(open);
})();
