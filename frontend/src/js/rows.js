// Rows of a table in a form: one more, one less, Enter goes to the row below (ux.md B1.12).
// The row to copy waits in a <template>; __row__ is its number in names, __place__ the one read.
const CONTROLS = "input:not([type=hidden]), select, textarea";

function filled(row) {
  return Array.from(row.querySelectorAll("input, select, textarea")).some((one) =>
    one.type === "checkbox" || one.type === "radio" ? one.checked : one.value.trim() !== "",
  );
}

export function rows(box, begin) {
  const pattern = box.querySelector("template");
  const body = box.querySelector("tbody");
  if (!pattern || !body) return;
  const add = box.querySelector("[data-row-add]");
  const told = box.querySelector("[data-rows-told]");
  const most = Number(box.dataset.rowsMax);
  let next = Math.max(-1, ...Array.from(body.rows, (row) => Number(row.dataset.row))) + 1;

  function count() {
    Array.from(body.rows).forEach((row, index) => {
      row.cells[0].textContent = index + 1;
    });
    add.disabled = body.rows.length >= most;
  }

  function tell(text, place) {
    told.textContent = add.disabled ? box.dataset.rowsFull : text.replace("%n", place);
  }

  function append() {
    if (body.rows.length >= most) return null;
    const place = body.rows.length + 1;
    const html = pattern.innerHTML.replaceAll("__row__", next).replaceAll("__place__", place);
    next += 1;
    body.insertAdjacentHTML("beforeend", html);
    const row = body.rows[body.rows.length - 1];
    begin(row);
    count();
    return row;
  }

  function changed() {
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function remove(row) {
    const place = row.rowIndex;
    const near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    const stay = near || append();
    count();
    tell(box.dataset.rowsRemoved, place);
    (stay.querySelector(CONTROLS) || add).focus();
    changed();
  }

  add.addEventListener("click", () => {
    const row = append();
    tell(box.dataset.rowsAdded, body.rows.length);
    if (row) row.querySelector(CONTROLS).focus();
    changed();
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-remove]");
    if (button) remove(button.closest("tr"));
  });
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    if (event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const cell = event.target.closest("td");
    const row = cell.parentElement;
    const below = row.nextElementSibling || (filled(row) ? append() : null);
    if (!below) return;
    if (below.rowIndex === body.rows.length) tell(box.dataset.rowsAdded, body.rows.length);
    (below.cells[cell.cellIndex].querySelector(CONTROLS) || add).focus();
  });
  // Spare rows are for those without a script; one to begin with is enough.
  Array.from(body.rows)
    .reverse()
    .every((row) => {
      if (filled(row) || body.rows.length === 1) return false;
      row.remove();
      return true;
    });
  count();
}
