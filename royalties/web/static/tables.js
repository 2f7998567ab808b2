// A table that is wider than its box: on a phone each row becomes a card, every figure beside the
// name of its column; on a wider page the box says that it scrolls. Without this it scrolls.

{
  const phone = window.matchMedia("(max-width: 40rem)");
  const ROLES = { TABLE: "table", TBODY: "rowgroup", TFOOT: "rowgroup", THEAD: "rowgroup", TR: "row" };

  // Calls with each cell and the place of its column, past cells that reach down from rows above.
  function inColumns(rows, use) {
    const taken = [];
    [...rows].forEach((row, at) => {
      let column = 0;
      for (const cell of row.cells) {
        while ((taken[column] ?? 0) > at) column += 1;
        use(cell, column);
        for (let left = cell.colSpan; left > 0; left -= 1, column += 1) {
          taken[column] = at + cell.rowSpan;
        }
      }
    });
  }

  function named(table) {
    const names = [];
    const groups = [];  // of columns under one heading
    inColumns(table.tHead?.rows ?? [], (cell, column) => {
      if (cell.querySelector(".unseen")) return;
      const name = cell.textContent.trim();
      if (cell.colSpan === 1) names[column] = groups[column] ? `${groups[column]}, ${name}` : name;
      else for (let each = 0; each < cell.colSpan; each += 1) groups[column + each] = name;
    });
    for (const part of [...table.tBodies, table.tFoot].filter(Boolean)) {
      inColumns(part.rows, (cell, column) => {
        const empty = !cell.textContent.trim() && !cell.querySelector("input, select, img, svg");
        cell.toggleAttribute("data-empty", empty);
        if (cell.tagName === "TD" && cell.colSpan === 1) cell.dataset.label = names[column] ?? "";
        cell.setAttribute("role", cell.tagName === "TD" ? "cell" : "rowheader");
      });
    }
    // Laid out as blocks the parts of a table are parts of a table no longer, so they say it.
    for (const each of [table, ...table.querySelectorAll("thead, tbody, tfoot, tr")]) {
      each.setAttribute("role", ROLES[each.tagName]);
    }
    for (const each of table.tHead?.querySelectorAll("th") ?? []) each.setAttribute("role", "columnheader");
  }

  function fitTable(table) {
    const box = table.closest(".wide");
    table.classList.remove("carded");
    box.classList.remove("scrolls");
    if (table.scrollWidth <= box.clientWidth + 1) return;
    if (phone.matches && !table.closest(".stacked, [data-sheet]")) {
      named(table);
      table.classList.add("carded");
    } else {
      box.classList.add("scrolls");
    }
  }

  const fitTables = () => document.querySelectorAll(".wide > table").forEach(fitTable);
  let asked = 0;
  window.addEventListener("resize", () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(fitTables);
  });
  document.querySelectorAll("details").forEach((each) => each.addEventListener("toggle", fitTables));
  document.fonts.ready.then(fitTables);
  fitTables();
}
