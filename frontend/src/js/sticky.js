// A table that fits in width does not scroll by itself: its head then sticks under the page's bar.
export function sticky(box) {
  const table = box.querySelector("table");
  if (!table || !window.ResizeObserver) return;
  const bar = document.querySelector(".kx-workbar, .kx-header");
  const fit = () => {
    box.classList.remove("is-fitting");
    box.classList.toggle("is-fitting", table.offsetWidth <= box.clientWidth);
    const sticks = bar && getComputedStyle(bar).position === "sticky";
    box.style.setProperty("--kx-bar", `${sticks ? bar.offsetHeight : 0}px`);
  };
  new ResizeObserver(fit).observe(box.parentElement);
}
