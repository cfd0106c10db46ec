// Theme and text size change at once and are saved behind the page; the language needs
// new words, so that one is sent as the form it is.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-preferences]");
  const button = event.submitter;
  if (!form || !button || button.name === "language") return;
  event.preventDefault();
  const root = document.documentElement;
  const plain = { theme: "auto", text: "normal" }[button.name];
  if (button.value === plain) delete root.dataset[button.name];
  else root.dataset[button.name] = button.value;
  for (const other of form.elements) {
    if (other.name === button.name) other.setAttribute("aria-pressed", String(other === button));
  }
  const data = new FormData(form);
  data.set(button.name, button.value);
  fetch(form.action, { method: "POST", body: data, redirect: "manual" })
    .then((answer) => answer.status < 400 || lost(form))
    .catch(() => lost(form));
}, true);

function lost({ dataset }) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: dataset.lost, tone: "warn" } }));
}
