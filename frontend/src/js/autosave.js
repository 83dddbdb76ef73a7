// A long form posts itself as a draft every 20 seconds after a change (ux.md B1.4).
// data-autosave names the address; it answers 204, or JSON {"saved_at": "10:32"}.
const EVERY = 20000;

export function autosave(form) {
  const note = form.querySelector("[data-saved]");
  let changed = false;
  let sending = false;

  async function save() {
    if (!changed || sending) return;
    changed = false;
    sending = true;
    const body = new FormData(form);
    for (const [name, value] of Array.from(body.entries())) {
      if (value instanceof File) body.delete(name);
    }
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "autosave", Accept: "application/json" },
        credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const data = answer.status === 204 ? {} : await answer.json();
      const now = new Date();
      const clock = `${now.getHours()}`.padStart(2, "0") + ":" + `${now.getMinutes()}`.padStart(2, "0");
      if (note) note.textContent = `${document.body.dataset.savedLabel} ${data.saved_at || clock}`;
    } catch {
      changed = true;
      if (note) note.textContent = document.body.dataset.failedLabel;
    } finally {
      sending = false;
    }
  }

  form.addEventListener("input", () => {
    changed = true;
  });
  const timer = setInterval(save, EVERY);
  form.addEventListener("submit", () => {
    changed = false;
    clearInterval(timer);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!changed) return;
    event.preventDefault();
    event.returnValue = "";
  });
}
