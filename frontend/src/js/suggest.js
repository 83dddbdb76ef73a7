// Suggestions as you type: a listbox under the search field, by the public /api/v1/suggest.
const WAIT = 150;

export function suggestions(input) {
  const list = document.createElement("ul");
  list.className = "kx-suggest";
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggestLabel || "");
  list.hidden = true;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("autocomplete", "off");
  input.insertAdjacentElement("afterend", list);
  let timer = 0;
  let latest = "";
  let active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    active = index;
    Array.from(list.children).forEach((row, i) => {
      row.setAttribute("aria-selected", String(i === active));
      if (i === active) input.setAttribute("aria-activedescendant", row.id);
    });
  }

  function take(text) {
    input.value = text;
    close();
    input.form.submit();
  }

  function show(items) {
    list.textContent = "";
    items.forEach((text, i) => {
      const row = document.createElement("li");
      row.id = `${list.id}-${i}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.textContent = text;
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(text);
      });
      list.append(row);
    });
    active = -1;
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(items.length > 0));
  }

  async function ask() {
    const text = input.value.trim();
    latest = text;
    if (!text) return close();
    const chosen = input.form.querySelector("[name=kind]:checked") || input.form.querySelector("[name=kind]");
    const params = new URLSearchParams({ q: text });
    if (chosen && chosen.value) params.set("kind", chosen.value);
    try {
      const answer = await fetch(`${input.dataset.suggest}?${params}`, { credentials: "same-origin" });
      if (!answer.ok || latest !== text) return;
      show((await answer.json()).items || []);
    } catch {
      close();
    }
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("compositionend", () => {
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const count = list.children.length;
    if (event.key === "ArrowDown") mark((active + 1) % count);
    else if (event.key === "ArrowUp") mark((active - 1 + count) % count);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) take(list.children[active].textContent);
    else return;
    event.preventDefault();
  });
}
