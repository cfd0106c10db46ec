// Short messages at the edge. Those of the server stand in the page already; others
// come as an event: `new CustomEvent("toast", { detail: { text, tone } })` on the
// document (`href` makes it a link, `stay` keeps it), or the answer header `HX-Trigger: {"toast": {"text": "…", "tone": "ok"}}`.

const box = document.getElementById("toasts");

function leave(toast) {
  if (toast.dataset.toast !== "stay") setTimeout(() => toast.remove(), 6000);
}

document.addEventListener("toast", (event) => {
  const copy = document.getElementById("toast-template").content.cloneNode(true);
  const toast = copy.querySelector("[data-toast]");
  const { text, tone, href, stay } = event.detail;
  const words = toast.querySelector(".grow");
  if (href) words.append(Object.assign(document.createElement("a"), { href, textContent: text }));
  else words.textContent = text;
  if (tone) toast.classList.add(`tone-${tone}`);
  if (stay) toast.dataset.toast = "stay";
  box.append(toast);
  leave(toast);
});

box.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
});

box.querySelectorAll("[data-toast]").forEach(leave);
