// Every page works without this file; it only saves steps.
import "htmx.org";
import { autosave } from "./autosave.js";
import { chooser } from "./choose.js";
import { columns } from "./columns.js";
import { copying } from "./copy.js";
import { dropdowns } from "./dropdowns.js";
import { keys } from "./keys.js";
import { picker } from "./pick.js";
import { required } from "./required.js";
import { rows } from "./rows.js";
import { sticky } from "./sticky.js";
import { suggestions } from "./suggest.js";
import { ticks } from "./ticks.js";

function start(root) {
  root.querySelectorAll("[data-autosave]").forEach(autosave);
  root.querySelectorAll("[data-columns]").forEach(columns);
  root.querySelectorAll(".kx-table__scroll").forEach(sticky);
  root.querySelectorAll("[data-rows]").forEach((box) => rows(box, start));
  root.querySelectorAll("[data-pick]").forEach(picker);
  root.querySelectorAll("select[data-select]").forEach(chooser);
  root.querySelectorAll("[data-only-required]").forEach(required);
  root.querySelectorAll("[data-ticks]").forEach(ticks);
  root.querySelectorAll("[data-suggest]").forEach(suggestions);
  root.querySelectorAll("[data-submit-on-change]").forEach((field) => {
    field.addEventListener("change", () => field.form && field.form.submit());
  });
  const focus = root.querySelector("[data-focus]");
  if (focus) focus.focus();
}

document.documentElement.classList.add("has-js");
copying(document);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
dropdowns(document);
keys(document);
start(document);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) start(event.detail.elt);
});
