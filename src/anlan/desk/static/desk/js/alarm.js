// A new incident, on the screens of those who command. The server says whether it is
// theirs. A home page at which nobody is working opens the room by itself; any other page
// shows a red message that stays. It is heard once the page has been touched: before
// that, browsers allow no sound.

const KINDS = ["incident.reported", "incident.report_split_off"];
const IDLE = 10000; // milliseconds without a key or a press
const HEARD = 1000; // milliseconds that the three tones take
const MEMORY = "anlan-alarms"; // those shown in this window, across its pages
const lookup = document.body.dataset.alarm;
let touched = -IDLE;
let sound = null;

function isFirst(subject) {
  const shown = JSON.parse(sessionStorage.getItem(MEMORY) ?? "[]");
  if (shown.includes(subject)) return false;
  sessionStorage.setItem(MEMORY, JSON.stringify([...shown, subject].slice(-50)));
  return true;
}

function isIdle() {
  return performance.now() - touched > IDLE && !document.querySelector("dialog[open]");
}

// Whether nobody is working on a home page.
function mayOpen() {
  return document.querySelector("[data-alarm-open]") && isIdle();
}

function say(alarm) {
  const detail = { text: alarm.text, tone: "bad", href: alarm.url, stay: true };
  document.dispatchEvent(new CustomEvent("toast", { detail }));
}

function beep() {
  if (sound?.state !== "running") return;
  for (const at of [0, 0.3, 0.6]) {
    const tone = sound.createOscillator();
    tone.frequency.value = 880; // hertz
    tone.connect(sound.destination);
    tone.start(sound.currentTime + at);
    tone.stop(sound.currentTime + at + 0.15);
  }
}

function show(alarm) {
  document.dispatchEvent(new CustomEvent("anlan:alarm", { detail: alarm }));
  beep();
  // The sound ends with the page: it is heard first.
  if (mayOpen()) setTimeout(() => (mayOpen() ? location.assign(alarm.url) : say(alarm)), HEARD);
  else say(alarm);
}

async function ask({ subject, seq }) {
  const answer = await fetch(`${lookup}?${new URLSearchParams({ subject, seq })}`);
  if (answer.status !== 200 || answer.redirected) return; // 204: nothing for me
  const alarm = await answer.json();
  if (decodeURI(location.pathname) !== decodeURI(alarm.url) && isFirst(subject)) show(alarm);
}

// By touch only the end of a tap allows sound; and a phone call takes it away again.
for (const gesture of ["pointerdown", "pointerup", "click", "keydown"]) {
  addEventListener(gesture, () => {
    touched = performance.now();
    if (lookup || document.getElementById("called")) sound ??= new AudioContext();
    if (sound && sound.state !== "running") sound.resume().catch(() => {});
  });
}

document.addEventListener("anlan:beep", beep); // a guard's phone was alerted

if (lookup) {
  document.addEventListener("anlan:entry", ({ detail }) => {
    if (KINDS.includes(detail.kind)) ask(detail).catch(() => {}); // the list shows it as well
  });
}
