// “只看必填”: fields that may stay empty, and are, step out of a long form's way.
function empty(field) {
  return Array.from(field.querySelectorAll("input, select, textarea")).every((one) => {
    if (one.type === "checkbox" || one.type === "radio") return !one.checked;
    if (one.tagName === "SELECT") return Array.from(one.selectedOptions).every((o) => !o.value || o.defaultSelected);
    return !one.value.trim();
  });
}

export function required(button) {
  const form = document.getElementById(button.dataset.onlyRequired);
  if (!form) return;
  button.addEventListener("click", () => {
    const only = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(only));
    form.querySelectorAll(".kx-group").forEach((group) => {
      let left = 0;
      group.querySelectorAll(".kx-group__body > .kx-field, .kx-group__body > .is-wide").forEach((field) => {
        const needed = field.querySelector("[aria-required=true], .has-error");
        field.hidden = only && !needed && !field.classList.contains("has-error") && empty(field);
        if (!field.hidden) left += 1;
      });
      group.hidden = left === 0;
    });
  });
}
