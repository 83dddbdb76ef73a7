import { toast } from "./toast.js";

function byHand(text) {
  // Clipboard access is refused on plain http; the old way still works there.
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "kx-sr";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
}

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return byHand(text);
    }
  }
  return byHand(text);
}

export function copying(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const done = await copy(button.dataset.copy);
    const labels = document.body.dataset;
    toast(done ? labels.copiedLabel : labels.failedLabel, done ? "ok" : "bad");
  });
}
