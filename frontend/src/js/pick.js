// Choosing records or a unit by our own search. The plain field is sent: “编号 名称;编号 名称”.
import { tokens } from "./tokens.js";

export function picker(field) {
  const form = field.closest("form");
  const words = form && form.dataset;
  if (!words || !words.pickUrl) return;

  async function ask(text) {
    if (!text) return [];
    const params = new URLSearchParams({ q: text, kind: field.dataset.pick });
    try {
      const answer = await fetch(`${words.pickUrl}?${params}`, { credentials: "same-origin" });
      if (!answer.ok) return [];
      const items = (await answer.json()).items;
      return items;
    } catch {
      return [];
    }
  }

  const chosen = field.value
    .split(/[;；\n]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((text) => ({ value: text, label: text }));
  field.type = "hidden";
  tokens(field, {
    words,
    most: Number(field.dataset.pickMax) || 1,
    chosen,
    ask,
    free: true,
    changed: (values) => {
      field.value = values.join(";");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
}
