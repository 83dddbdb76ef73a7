export function toast(text, tone = "ok") {
  const place = document.getElementById("toasts");
  if (!place) return;
  const note = document.createElement("p");
  note.className = `kx-toast kx-toast--${tone}`;
  note.textContent = text;
  place.append(note);
  setTimeout(() => note.remove(), 4000);
}
