// "/" goes to the search field, Ctrl+S presses 暂存 (ux.md B1.12).
function typing(element) {
  return element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
}

export function keys(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !typing(event.target)) {
      const field = document.querySelector("main [data-search-key], [data-search-key]");
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      const button = document.querySelector("[data-save-key]");
      if (!button) return;
      event.preventDefault();
      button.click();
    }
  });
}
