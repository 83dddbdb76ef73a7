// Menus are <details>; one open at a time, closed by Escape or a click elsewhere.
function close(except) {
  document.querySelectorAll("details[data-dropdown][open]").forEach((menu) => {
    if (!except || (menu !== except && !menu.contains(except))) menu.open = false;
  });
}

export function dropdowns(root) {
  root.addEventListener("click", (event) => {
    const inside = event.target.closest("details[data-dropdown]");
    close(inside);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-dropdown][open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}
