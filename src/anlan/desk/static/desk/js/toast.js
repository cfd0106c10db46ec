// Short messages at the edge. Those of the server stand in the page already; others
// come as an event: `new CustomEvent("toast", { detail: { text, tone } })` on the
// document (`href` makes it a link, `aside` one that keeps this page, `stay` keeps it), or
// the answer header `HX-Trigger: {"toast": {"text": "…", "tone": "ok"}}`. What went wrong
// stays until it was read, and is read aloud at once.

const box = document.getElementById("toasts");
const HEARD = 500; // milliseconds after which what comes into the box is read aloud

function leave(toast) {
  const stays = toast.dataset.toast === "stay" || toast.matches(".tone-bad, .tone-warn");
  if (!stays) setTimeout(() => toast.remove(), 6000);
}

document.addEventListener("toast", (event) => {
  const copy = document.getElementById("toast-template").content.cloneNode(true);
  const toast = copy.querySelector("[data-toast]");
  const { text, tone, href, aside, stay } = event.detail;
  const words = toast.querySelector(".grow");
  const link = href && Object.assign(document.createElement("a"), { href, textContent: text });
  if (aside) link.target = "_blank";
  words.replaceChildren(link || text);
  if (tone) toast.classList.add(`tone-${tone}`);
  if (tone === "bad") toast.setAttribute("role", "alert");
  if (stay) toast.dataset.toast = "stay";
  // The same once more takes the place of what still stands there.
  [...box.children].find((one) => one.querySelector(".grow").innerHTML === words.innerHTML)?.remove();
  box.append(toast);
  leave(toast);
});

box.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
});

const said = [...box.querySelectorAll("[data-toast]")];
said.forEach(leave);
// What stood in the page from the beginning is no news to those who hear it: put in anew.
if (said.length) setTimeout(() => box.append(...said.filter((one) => one.isConnected)), HEARD);
