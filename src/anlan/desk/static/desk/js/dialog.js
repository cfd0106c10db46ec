// Native dialogs: `data-dialog="id"` opens, `data-close` closes, `data-confirm="…"` on
// a form or its button asks first in the page's own words and look.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    opener.closest("details[data-menu]")?.removeAttribute("open");
    document.getElementById(opener.dataset.dialog)?.showModal();
    return;
  }
  const dialog = event.target.closest("dialog");
  // A click on the dialog element itself is a click on the veil around it.
  if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
});

function ask(words, verb) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("[data-words]").textContent = words;
  dialog.querySelector("[data-verb]").textContent = verb;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener(
  "submit",
  async (event) => {
    const button = event.submitter;
    const words = button?.dataset.confirm ?? event.target.dataset.confirm;
    if (!words || event.target.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await ask(words, button?.textContent.trim() ?? ""))) return;
    event.target.dataset.confirmed = "yes";
    event.target.requestSubmit(button);
    delete event.target.dataset.confirmed;
  },
  true,
);
