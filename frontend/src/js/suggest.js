// Suggestions as you type in a search field, by the public /api/v1/suggest.
import { listbox } from "./listbox.js";

const WAIT = 150;
const COMMON = 4;

// What belongs to no group first (hot words above all), then each group with its name and counts.
function offers(answer) {
  const groups = answer.groups || [];
  const grouped = groups.reduce(
    (found, group) =>
      found.concat(
        group.items.map((item) => ({ value: item.text, label: item.text, note: `${group.label} ${item.count}` })),
      ),
    [],
  );
  const known = new Set(grouped.map((item) => item.value));
  const others = (answer.items || []).filter((text) => !known.has(text));
  const few = groups.length ? others.slice(0, COMMON) : others;
  return few.map((text) => ({ value: text, label: text })).concat(grouped);
}

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
    const kind = chosen && chosen.value;
    params.set(kind ? "kind" : "groups", kind || "true");
    try {
      const answer = await fetch(`${input.dataset.suggest}?${params}`, { credentials: "same-origin" });
      if (!answer.ok || latest !== text) return;
      list.show(offers(await answer.json()));
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
