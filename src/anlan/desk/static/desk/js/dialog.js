// Native dialogs: `data-dialog="id"` opens, `data-close` closes, `data-confirm="…"` on
// a form or its button asks first in the page's own words and look.

const box = document.getElementById("confirm");
let pressed = null;
document.addEventListener("pointerdown", ({ target }) => (pressed = target), true);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    opener.closest("details[data-menu]")?.removeAttribute("open");
    document.getElementById(opener.dataset.dialog)?.showModal();
    return;
  }
  const dialog = event.target.closest("dialog");
  // A click on the dialog element itself is a click on the veil around it, or the end of a
  // selection that was drawn out of a field.
  const isOnVeil = event.target === dialog && pressed === dialog;
  if (dialog && (isOnVeil || event.target.closest("[data-close]"))) dialog.close();
});

function ask(words, verb) {
  box.querySelector("[data-words]").textContent = words;
  box.querySelector("[data-verb]").textContent = verb;
  box.returnValue = "";
  box.showModal();
  return new Promise((answer) => {
    box.addEventListener("close", () => answer(box.returnValue === "yes"), { once: true });
  });
}

// What the question was about. News may make another form of this one while it is asked.
function meaning(form, button) {
  const isThere = form.isConnected && (!button || button.form === form);
  return isThere && [form.getAttribute("action"), button?.name, button?.value].join("\n");
}

document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter: button } = event;
    const words = button?.dataset.confirm ?? form.dataset.confirm;
    if (!words || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const meant = meaning(form, button);
    if (!(await ask(words, button?.textContent.trim() ?? ""))) return;
    if (meaning(form, button) !== meant) {
      const detail = { text: box.dataset.changed, tone: "warn" };
      document.dispatchEvent(new CustomEvent("toast", { detail }));
      return;
    }
    form.dataset.confirmed = "yes";
    try {
      form.requestSubmit(button);
    } finally {
      delete form.dataset.confirmed;
    }
  },
  true,
);
