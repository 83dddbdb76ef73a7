// A long list of choices is searched by typing instead of scrolled; the <select> keeps the value.
import { tokens } from "./tokens.js";

const SHOWN = 60;

export function chooser(select) {
  const form = select.closest("form");
  const words = form && form.dataset;
  // In a table that scrolls sideways the suggestions would be cut off.
  if (!words || !words.pickHint || select.closest(".kx-rows__table")) return;
  const options = Array.from(select.options)
    .filter((option) => option.value)
    .map((option) => ({ value: option.value, label: option.text, option }));
  const chosen = () => options.filter((item) => item.option.selected);

  function ask(text) {
    const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = options.filter((item) => {
      const whole = `${item.value} ${item.label}`.toLowerCase();
      return !item.option.selected && parts.every((part) => whole.includes(part));
    });
    const first = (item) => (item.label.toLowerCase().startsWith(parts[0] || "") ? 0 : 1);
    return found.sort((a, b) => first(a) - first(b)).slice(0, SHOWN);
  }

  select.dataset.hint = words.chooseHint;
  const field = tokens(select, {
    words,
    most: select.multiple ? Number(select.dataset.maxItems) || options.length : 1,
    chosen: chosen(),
    ask,
    free: false,
    changed: (values) => {
      options.forEach((item) => {
        item.option.selected = values.includes(item.value);
      });
      if (!select.multiple && !values.length) select.value = "";
      select.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  // Out of sight and out of the tab order, yet there for whatever sets it from outside.
  select.classList.add("kx-sr");
  select.tabIndex = -1;
  select.setAttribute("aria-hidden", "true");
  select.addEventListener("change", () => field.redraw(chosen()));
}
