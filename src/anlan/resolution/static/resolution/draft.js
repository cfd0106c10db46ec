// A step is kept as it is typed, a moment after the last key. What cannot be sent is tried
// again; of two who write, the second is told and changes nothing.

const WAIT_MS = 1000;
const RETRY_MS = 10000;
const form = document.querySelector("form[data-draft-form]");
const state = form.querySelector("[data-draft-state]");
const version = form.elements.draft_version;
let timer, busy = false, leaving = false, changed = false;

const later = (ms) => {
  clearTimeout(timer);
  timer = setTimeout(save, ms);
};

async function save() {
  if (busy || leaving || !changed) return;
  busy = true;
  changed = false;
  state.textContent = form.dataset.saving;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      redirect: "error",
    });
    const told = await answer.json();
    if (answer.ok) version.value = told.version;
    state.textContent = answer.ok ? form.dataset.saved : told.error;
  } catch {
    changed = true;
    state.textContent = form.dataset.waiting;
    later(RETRY_MS);
  }
  busy = false;
  if (changed) later(WAIT_MS);
}

form.addEventListener("input", () => {
  changed = true;
  later(WAIT_MS);
});
form.addEventListener("submit", (event) => {
  // A press while a saving is on its way would carry the version before it.
  if (busy) {
    event.preventDefault();
    const { submitter } = event;
    setTimeout(() => form.requestSubmit(submitter), 100);
    return;
  }
  clearTimeout(timer);
  leaving = true;
});
