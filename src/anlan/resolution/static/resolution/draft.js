// A step is kept as it is typed, a moment after the last key, and at the latest when its
// page is left. What cannot be sent is tried again, and the browser asks before it is lost;
// of two who write, the second is told and changes nothing.

const WAIT_MS = 1000;
const RETRY_MS = 10000;
const form = document.querySelector("form[data-draft-form]");
const state = form.querySelector("[data-draft-state]");
const version = form.elements.draft_version;
let timer, busy = false, leaving = false, changed = false, isLate = false;

const later = (ms) => {
  clearTimeout(timer);
  timer = setTimeout(() => save(), ms);
};

// Signing in anew, in another window, brings a new token.
function content() {
  const body = new FormData(form);
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  if (token) body.set("csrfmiddlewaretoken", token);
  return body;
}

async function save({ keepalive = false } = {}) {
  if (busy || leaving || !changed) return;
  busy = true;
  changed = false;
  state.textContent = form.dataset.saving;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: content(),
      headers: { Accept: "application/json" },
      redirect: "manual",
      keepalive,
    });
    if (answer.type === "opaqueredirect") again(form.dataset.signedOut);
    else {
      const told = await answer.json();
      if (answer.ok) version.value = told.version;
      isLate = !answer.ok;
      state.textContent = answer.ok ? form.dataset.saved : told.error;
      if (changed) later(WAIT_MS);
    }
  } catch {
    again(form.dataset.waiting);
  }
  busy = false;
}

function again(why) {
  changed = true;
  state.textContent = why;
  later(RETRY_MS);
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
addEventListener("beforeunload", (event) => {
  if (!leaving && (changed || busy || isLate)) event.preventDefault();
});
addEventListener("pagehide", () => save({ keepalive: true }));
