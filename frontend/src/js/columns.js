// The column chooser hides cells by data-col and remembers the choice per table and browser.
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) || [];
  } catch {
    return [];
  }
}

export function columns(box) {
  const table = document.getElementById(box.dataset.columns);
  const key = `kx-columns:${location.pathname}:${box.dataset.columns}`;
  const hidden = new Set(read(key));

  function apply() {
    table.querySelectorAll("[data-col]").forEach((cell) => {
      cell.hidden = hidden.has(cell.dataset.col);
    });
    box.querySelectorAll("input").forEach((input) => {
      input.checked = !hidden.has(input.value);
    });
    table.querySelector("table")?.dispatchEvent(new Event("kx:columns"));
  }

  box.addEventListener("change", (event) => {
    if (event.target.checked) hidden.delete(event.target.value);
    else hidden.add(event.target.value);
    try {
      localStorage.setItem(key, JSON.stringify(Array.from(hidden)));
    } catch {
      // Private windows refuse storage; the choice then lasts for this page only.
    }
    apply();
  });
  apply();
}
