// Wide tables become cards on a phone: each value bears the name of its column (see atlas.css). The roles keep for
// screen readers the table that the change of display would take away. Without this file a table scrolls in its frame.
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };

for (const table of document.querySelectorAll(".atlas-table-wrapper > .atlas-table:not(.atlas-table--narrow)")) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const spans = [...table.querySelectorAll("[colspan], [rowspan]")];
  if (heads.length < 3 || spans.length) continue;
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll("thead, tbody, tfoot, tr, td")) part.setAttribute("role", ROLES[part.tagName]);
  for (const head of table.querySelectorAll("th")) head.setAttribute("role", head.scope === "row" ? "rowheader" : "columnheader");
  for (const body of [...table.tBodies, table.tFoot].filter(Boolean)) {
    for (const row of body.rows) {
      [...row.cells].forEach((cell, rank) => (cell.dataset.label = heads[rank]?.textContent.trim() ?? ""));
    }
  }
  table.classList.add("atlas-table--cards");
}
