// The open page of who was just alerted is heard and felt, on the phone and before the
// monitor wall. What lay on it when it was opened is in front of its reader already.

const part = document.getElementById("called")?.parentElement;
const called = () => [...part.querySelectorAll("[data-called]")].map((card) => card.dataset.called);
let known = [];

function look() {
  const now = called();
  if (now.some((uid) => !known.includes(uid))) {
    document.dispatchEvent(new CustomEvent("anlan:beep"));
    navigator.vibrate?.([400, 200, 400, 200, 800]); // milliseconds
  }
  known = [...new Set([...known, ...now])];
}

if (part) {
  known = called();
  // Where there is htmx the part is not replaced but morphed.
  new MutationObserver(look).observe(part, { childList: true, subtree: true });
}
