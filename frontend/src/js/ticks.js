// Ticking many rows: all without a mark at once, and how many are ticked.
export function ticks(form) {
  const all = form.querySelector("[data-tick-all]");
  const told = form.querySelector("[data-tick-told]");
  const boxes = Array.from(form.querySelectorAll("input[name=uid]"));

  function tell() {
    const count = boxes.filter((box) => box.checked).length;
    if (told) told.textContent = told.dataset.tickTold.replace("%n", count);
  }

  if (all) {
    all.addEventListener("click", (event) => {
      event.preventDefault();
      const clean = boxes.filter((box) => !("flagged" in box.dataset));
      const on = clean.some((box) => !box.checked);
      clean.forEach((box) => {
        box.checked = on;
      });
      tell();
    });
  }
  form.addEventListener("change", tell);
  tell();
}
