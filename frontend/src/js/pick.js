// Choosing records or a unit: what is chosen stands as tokens, the field beside them suggests.
// The value that is sent stays that of the plain field: “编号 名称;编号 名称”.
import { listbox } from "./listbox.js";

const WAIT = 180;

export function picker(field) {
  const form = field.closest("form");
  const words = form && form.dataset;
  if (!words || !words.pickUrl || field.closest("template")) return;
  const most = Number(field.dataset.pickMax) || 1;
  const box = document.createElement("div");
  const tokens = document.createElement("ul");
  const input = document.createElement("input");
  const told = document.createElement("span");
  box.className = `kx-pick ${field.className}`;
  tokens.className = "kx-pick__tokens";
  tokens.setAttribute("role", "list");
  input.type = "text";
  input.id = field.id;
  ["aria-label", "aria-describedby", "aria-invalid", "aria-required"].forEach((name) => {
    if (field.hasAttribute(name)) input.setAttribute(name, field.getAttribute(name));
  });
  told.className = "kx-sr";
  told.setAttribute("role", "status");
  field.removeAttribute("id");
  field.type = "hidden";
  field.insertAdjacentElement("afterend", box);
  box.append(tokens, input, told);
  let chosen = field.value.split(/[;；\n]/).map((part) => part.trim()).filter(Boolean);
  let timer = 0;
  let latest = "";

  function write(byHand) {
    field.value = chosen.join(";");
    tokens.textContent = "";
    chosen.forEach((text, index) => {
      const token = document.createElement("li");
      const button = document.createElement("button");
      token.textContent = text;
      button.type = "button";
      button.textContent = "×";
      button.setAttribute("aria-label", `${words.pickRemove} ${text}`);
      button.addEventListener("click", () => {
        chosen.splice(index, 1);
        write(true);
        input.focus();
      });
      token.append(button);
      tokens.append(token);
    });
    input.placeholder = chosen.length < most ? words.pickHint : "";
    if (byHand) field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function take(text) {
    const clean = text.replaceAll(/[;；]/g, ",").trim();
    if (clean && !chosen.includes(clean)) {
      if (most === 1) chosen = [clean];
      else if (chosen.length < most) chosen.push(clean);
      else {
        told.textContent = words.pickFull;
        return;
      }
    }
    input.value = "";
    write(true);
  }

  const list = listbox(input, input.getAttribute("aria-label") || words.pickHint, (item) => take(item.value));

  async function ask() {
    const text = input.value.trim();
    latest = text;
    if (!text) return list.close();
    const params = new URLSearchParams({ q: text, kind: field.dataset.pick });
    try {
      const answer = await fetch(`${words.pickUrl}?${params}`, { credentials: "same-origin" });
      if (!answer.ok || latest !== text) return;
      const items = (await answer.json()).items;
      list.show(items);
      told.textContent = items.length ? words.pickFound.replace("%n", items.length) : words.pickNone;
    } catch {
      list.close();
    }
  }

  input.addEventListener("input", (event) => {
    event.stopPropagation();
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("compositionend", () => {
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.key(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (input.value.trim()) {
        list.close();
        take(input.value);
      }
    } else if (event.key === "Backspace" && !input.value && chosen.length) {
      chosen.pop();
      write(true);
    }
  });
  // What was typed and not chosen is kept: the server knows numbers and full names.
  input.addEventListener("blur", () => {
    list.close();
    clearTimeout(timer);
    if (input.value.trim()) take(input.value);
  });
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target === tokens) input.focus();
  });
  write(false);
}
