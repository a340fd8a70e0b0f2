/* Comfort only: every page works without this file. */
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  /* The matrix is one stop for Tab; the arrows move inside it. */
  const cellAt = (table, row, column) => table.tBodies[0]?.rows[row]?.cells[column]?.querySelector("a.cell");

  const prepareMatrix = (table) => {
    if (table.dataset.ready) return;
    table.dataset.ready = "yes";
    const cells = [...table.querySelectorAll("a.cell")];
    const first = table.querySelector('a.cell[aria-current="true"]') ?? cells[0];
    for (const cell of cells) cell.tabIndex = cell === first ? 0 : -1;
    table.addEventListener("focusin", (event) => {
      if (!event.target.matches("a.cell")) return;
      for (const cell of cells) if (cell.tabIndex === 0) cell.tabIndex = -1;
      event.target.tabIndex = 0;
    });
  };

  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(".matrix a.cell");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const table = cell.closest("table");
    const td = cell.closest("td");
    const rows = table.tBodies[0].rows;
    let row = td.parentElement.sectionRowIndex;
    let column = td.cellIndex;
    let step = steps[event.key];
    if (event.key === "Home") [column, step] = [0, [0, 1]];
    if (event.key === "End") [column, step] = [rows[row].cells.length, [0, -1]];
    if (!step) return;
    event.preventDefault();
    const width = td.parentElement.cells.length;
    const go = (wanted) => {
      wanted.focus({ preventScroll: true });
      wanted.scrollIntoView({ block: "nearest", inline: "nearest" });
    };
    const from = { row, column };
    do {
      row += step[0];
      column += step[1];
      const wanted = cellAt(table, row, column);
      if (wanted) return go(wanted);
    } while (row >= 0 && row < rows.length && column > 0 && column < width);
    /* Nothing more that way: on to the nearest cell of the next row that has any, so that every
       cell can be reached. */
    const onward = step[0] || step[1];
    for (row = from.row + onward; row >= 0 && row < rows.length; row += onward) {
      const found = [...rows[row].querySelectorAll("a.cell")];
      const away = (one) => Math.abs(one.closest("td").cellIndex - from.column);
      if (found.length && step[1]) return go(found.at(onward > 0 ? 0 : -1));
      if (found.length) return go(found.reduce((best, one) => (away(one) < away(best) ? one : best)));
    }
  });

  /* A menu closes on Escape, and when something outside it is chosen. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  /* Leaving a half-filled form asks first. */
  const touched = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-unsaved]");
    if (form) touched.add(form);
  });
  document.addEventListener("submit", (event) => touched.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    if ([...touched].some((form) => form.isConnected)) event.preventDefault();
  });

  /* Copying a field needs a clipboard, so the button is only shown where there is one. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    const said = document.querySelector(`[data-copy-status="${button.dataset.copy}"]`);
    if (said) said.textContent = button.dataset.copied;
  });

  const prepare = () => {
    if (navigator.clipboard) for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
    document.querySelectorAll("table.matrix").forEach(prepareMatrix);
    document.getElementById("error-summary")?.focus();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prepare);
  else prepare();
  document.addEventListener("htmx:after:swap", prepare);
})();
