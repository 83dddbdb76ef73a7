// Tables: a fitting one grows with the page, its head sticks under the page's bar; a wider one
// scrolls in its own box, where the columns up to the name stay at the left (ux.md B1.2, B1.3).
const MOST = 0.6; // of the box's width may be taken by columns that stay

function unpin(table) {
  table.classList.remove("has-pins");
  table.querySelectorAll(".is-pinned").forEach((cell) => {
    cell.classList.remove("is-pinned", "is-last-pin");
    cell.style.removeProperty("--kx-left");
  });
}

function pin(table, width) {
  const first = table.tBodies[0] && table.tBodies[0].rows[0];
  const name = first && first.querySelector("th[scope=row]");
  if (!name) return;
  const lefts = [];
  let taken = 0;
  for (const cell of Array.from(first.cells).slice(0, name.cellIndex + 1)) {
    lefts.push(taken);
    taken += cell.offsetWidth;
  }
  const all = taken <= width * MOST;
  if (!all && name.offsetWidth > width * MOST) return;
  table.classList.add("has-pins");
  Array.from(table.rows).forEach((row) => {
    if (row.cells.length !== first.cells.length) return;
    lefts.forEach((left, index) => {
      const cell = row.cells[index];
      const last = index === name.cellIndex;
      if (!all && !last) return;
      cell.classList.add("is-pinned");
      cell.classList.toggle("is-last-pin", last);
      cell.style.setProperty("--kx-left", `${all ? left : 0}px`);
    });
  });
}

export function sticky(box) {
  const table = box.querySelector("table");
  if (!table || !window.ResizeObserver) return;
  const bar = document.querySelector(".kx-workbar, .kx-header");
  const fit = () => {
    unpin(table);
    box.classList.remove("is-fitting");
    const fits = table.offsetWidth <= box.clientWidth;
    box.classList.toggle("is-fitting", fits);
    if (!fits) pin(table, box.clientWidth);
    const sticks = bar && getComputedStyle(bar).position === "sticky";
    box.style.setProperty("--kx-bar", `${sticks ? bar.offsetHeight : 0}px`);
  };
  new ResizeObserver(fit).observe(box.parentElement);
  // Columns shown or hidden by the chooser change the width without changing the box.
  table.addEventListener("kx:columns", fit);
}
