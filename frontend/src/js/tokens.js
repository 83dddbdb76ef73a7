// What is chosen stands as tokens; the field beside them suggests (ARIA 1.2 combobox).
import { listbox } from "./listbox.js";

const WAIT = 180;
const KEPT = ["aria-label", "aria-describedby", "aria-invalid", "aria-required"];

// field: the control without a script, which keeps sending the value. chosen: [{value, label}].
// ask: text → items or a promise of them. changed: what to do with the values chosen now.
// free: whether a text that was not offered may stand.
export function tokens(field, { words, most, chosen, ask, changed, free }) {
  const box = document.createElement("div");
  const list = document.createElement("ul");
  const input = document.createElement("input");
  const told = document.createElement("span");
  box.className = `kx-pick ${field.className.replace("form-select", "form-control")}`;
  list.className = "kx-pick__tokens";
  list.setAttribute("role", "list");
  input.type = "text";
  input.id = field.id;
  KEPT.forEach((name) => {
    if (field.hasAttribute(name)) input.setAttribute(name, field.getAttribute(name));
  });
  told.className = "kx-sr";
  told.setAttribute("role", "status");
  field.removeAttribute("id");
  field.insertAdjacentElement("afterend", box);
  box.append(list, input, told);
  let timer = 0;
  let latest = null;

  function draw() {
    list.textContent = "";
    chosen.forEach((item, index) => {
      const token = document.createElement("li");
      const button = document.createElement("button");
      token.textContent = free ? item.value : item.label;
      button.type = "button";
      button.textContent = "×";
      button.setAttribute("aria-label", `${words.pickRemove} ${item.label}`);
      button.addEventListener("click", () => {
        chosen.splice(index, 1);
        write();
        input.focus();
      });
      token.append(button);
      list.append(token);
    });
    input.placeholder = chosen.length ? "" : field.dataset.hint || words.pickHint;
  }

  function write() {
    draw();
    changed(chosen.map((item) => item.value));
  }

  function take(item) {
    input.value = "";
    if (chosen.some((one) => one.value === item.value)) return;
    if (most === 1) chosen = [item];
    else if (chosen.length < most) chosen.push(item);
    else {
      told.textContent = words.pickFull;
      return;
    }
    write();
  }

  const offered = listbox(input, input.getAttribute("aria-label") || words.pickHint, take);

  function typed() {
    const text = input.value.replaceAll(/[;；]/g, ",").trim();
    if (text && free) take({ value: text, label: text });
    else input.value = "";
  }

  function look() {
    const text = input.value.trim();
    latest = text;
    const found = ask(text);
    if (Array.isArray(found)) offer(text, found);
    else found.then((items) => offer(text, items));
  }

  function offer(text, items) {
    if (latest !== text || document.activeElement !== input) return;
    offered.show(items);
    if (text) told.textContent = items.length ? words.pickFound.replace("%n", items.length) : words.pickNone;
  }

  input.addEventListener("input", (event) => {
    event.stopPropagation();
    clearTimeout(timer);
    if (event.isComposing) return;
    if (free) timer = setTimeout(look, WAIT);
    else look();
  });
  input.addEventListener("compositionend", () => {
    timer = setTimeout(look, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || offered.key(event)) return;
    if (event.key === "ArrowDown") look();
    else if (event.key === "Enter") {
      offered.close();
      typed();
    } else if (event.key === "Backspace" && !input.value && chosen.length) {
      chosen.pop();
      write();
      return;
    } else return;
    event.preventDefault();
  });
  // What was typed and not chosen is kept where the server may know it.
  input.addEventListener("blur", () => {
    offered.close();
    clearTimeout(timer);
    typed();
  });
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target === list) input.focus();
    if (!free && event.target !== input && event.target !== box) return;
    if (!free) look();
  });
  draw();
  return {
    redraw(now) {
      chosen = now;
      draw();
    },
  };
}
