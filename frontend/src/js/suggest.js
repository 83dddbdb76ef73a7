// Suggestions as you type in a search field, by the public /api/v1/suggest.
import { listbox } from "./listbox.js";

const WAIT = 150;

export function suggestions(input) {
  let timer = 0;
  let latest = "";
  const list = listbox(input, input.dataset.suggestLabel || "", (item) => {
    input.value = item.value;
    input.form.submit();
  });

  async function ask() {
    const text = input.value.trim();
    latest = text;
    if (!text) return list.close();
    const chosen = input.form.querySelector("[name=kind]:checked") || input.form.querySelector("[name=kind]");
    const params = new URLSearchParams({ q: text });
    if (chosen && chosen.value) params.set("kind", chosen.value);
    try {
      const answer = await fetch(`${input.dataset.suggest}?${params}`, { credentials: "same-origin" });
      if (!answer.ok || latest !== text) return;
      const items = (await answer.json()).items || [];
      list.show(items.map((value) => ({ value, label: value })));
    } catch {
      list.close();
    }
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("compositionend", () => {
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", list.close);
  input.addEventListener("keydown", list.key);
}
