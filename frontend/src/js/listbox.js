// What a combobox shows below its field: a listbox driven from the field (ARIA 1.2 combobox).
let serial = 0;

export function listbox(input, label, take) {
  const list = document.createElement("ul");
  serial += 1;
  list.className = "kx-suggest";
  list.id = `kx-list-${serial}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  list.hidden = true;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("autocomplete", "off");
  input.insertAdjacentElement("afterend", list);
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
      if (i !== active) return;
      input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    });
  }

  // items: {value, label, note}
  function show(items) {
    list.textContent = "";
    items.forEach((item, i) => {
      const row = document.createElement("li");
      row.id = `${list.id}-${i}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.textContent = item.label;
      if (item.note) {
        const note = document.createElement("small");
        note.textContent = item.note;
        row.append(" ", note);
      }
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        close();
        take(item);
      });
      list.append(row);
    });
    active = -1;
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(items.length > 0));
    input.removeAttribute("aria-activedescendant");
    list.items = items;
  }

  // Whether the key was for the list.
  function key(event) {
    if (list.hidden || event.isComposing) return false;
    const count = list.children.length;
    if (event.key === "ArrowDown") mark((active + 1) % count);
    else if (event.key === "ArrowUp") mark((active - 1 + count) % count);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) {
      const item = list.items[active];
      close();
      take(item);
    } else return false;
    event.preventDefault();
    return true;
  }

  return { show, close, key };
}
