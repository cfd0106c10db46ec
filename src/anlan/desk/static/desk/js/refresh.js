// Parts of a page that are fetched again when something was recorded about their subject.
// htmx morphs them, so that focus and typed words stay; where there is no htmx (on the
// phone) a part is replaced, but never while somebody works in it.

const PARTS = "[data-live-refresh], [data-live-page]";
const PAUSE = 50; // milliseconds in which further news are gathered
const AGAIN = 2000; // milliseconds after which a fetch that failed is tried again
const LONGEST = 60000; // the pause doubles with each further failure, up to this
const waiting = new Set();
const running = new Set();
const postponed = new Set();
const failed = new WeakMap(); // part -> its next try, and the pause after that
const LEFT = 10000; // milliseconds that an answer to a form which was sent may take
let timer = 0;
let sent = -LEFT; // when a form was sent that leads away from this page

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

function concerns(part, { kind, subject }) {
  const subjects = part.dataset.liveSubject?.split(" ") ?? [subject];
  const kinds = part.dataset.liveKind?.split(" ") ?? [""];
  return subjects.includes(subject) && kinds.some((start) => kind.startsWith(start));
}

// A button that was pressed keeps the focus, and is in nobody's way. Nor are the words for
// 110 and 120: they open again in the fresh part, and an alert must not wait for them.
const WORKED_IN = "input, textarea, select, details[open]:not([data-dialled])";

function isInUse(part) {
  const touched = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  const active = document.activeElement;
  return (
    (part.contains(active) && active.closest(WORKED_IN)) ||
    document.querySelector("dialog[open]") || // it may ask about a form of this part
    part.querySelector("[data-sent]") ||
    [...part.querySelectorAll("input, textarea")].some(touched)
  );
}

function put(part, text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const same = part.id ? page.getElementById(part.id) : page.querySelector(PARTS);
  const fresh = same ?? page.body.firstElementChild;
  if (!fresh || !part.isConnected) return;
  if (page.body.dataset.now) tell("anlan:clock", { now: page.body.dataset.now });
  if (window.htmx) {
    // A question is asked about a form as it is: it must not become another one meanwhile.
    if (document.querySelector("#confirm[open]")) return postponed.add(part);
    window.htmx.swap({ text: fresh.outerHTML, target: part, sourceElement: part, swap: "outerMorph" });
  } else if (isInUse(part)) {
    postponed.add(part);
  } else {
    const active = part.contains(document.activeElement) && document.activeElement;
    part.replaceWith(document.adoptNode(fresh));
    if (waiting.delete(part)) waiting.add(fresh); // news came while this was on its way
    // Only to the same button: an Enter on another one would do something else.
    const isSame = (one) => one.isEqualNode(active) && one.form?.action === active.form?.action;
    if (active) [...fresh.querySelectorAll(active.tagName)].find(isSame)?.focus({ preventScroll: true });
  }
}

// Parts of one page are cut out of one answer.
function ask(address, asked) {
  const url = address || location.href;
  if (!asked.has(url)) {
    const headers = address ? { "HX-Request": "true" } : {};
    const answered = fetch(url, { headers }).then(async (answer) => ({ answer, text: await answer.text() }));
    asked.set(url, answered);
  }
  return asked.get(url);
}

// Signed out: the page itself leads to where one signs in, unless it is being left, or
// somebody is writing: then it is said, and their words stay. A form that was sent may have
// ended the session, and leads on by itself: to load this page would take its way.
function signIn(part) {
  if ("leaving" in document.documentElement.dataset) return;
  if (performance.now() - sent < LEFT) return again(part);
  const written = [...document.querySelectorAll("textarea, input:not([type])")];
  const isShared = document.querySelector("form[data-idle]"); // a phone that locked itself
  if (!isShared && written.some((field) => field.value !== field.defaultValue)) tell("anlan:signed-out");
  else location.reload();
}

const addressOf = (part) => part.dataset.liveRefresh || location.href;

async function refresh(part, asked) {
  const address = addressOf(part);
  running.add(part);
  try {
    const { answer, text } = await ask(part.dataset.liveRefresh, asked);
    if (answer.status < 500) forget(part);
    if (answer.redirected) signIn(part);
    // Narrowed meanwhile: this is an answer to what is asked no more.
    else if (answer.ok && addressOf(part) !== address) waiting.add(part);
    else if (answer.ok) put(part, text);
    else if (answer.status >= 500) again(part); // a proxy answers so while the server starts
  } catch {
    again(part);
  }
  running.delete(part);
  if (waiting.size) soon();
}

function run() {
  timer = 0;
  const asked = new Map(); // address -> its answer, for this round only
  for (const part of [...waiting]) {
    if (running.has(part)) continue;
    waiting.delete(part);
    if (part.isConnected) refresh(part, asked);
  }
}

function soon() {
  timer ||= setTimeout(run, PAUSE);
}

function again(part) {
  const pause = forget(part)?.next ?? AGAIN;
  const retry = setTimeout(() => want((one) => one === part), pause);
  failed.set(part, { retry, next: Math.min(2 * pause, LONGEST) });
}

function forget(part) {
  const before = failed.get(part);
  clearTimeout(before?.retry);
  failed.delete(part);
  return before;
}

function want(test) {
  for (const part of document.querySelectorAll(PARTS)) if (test(part)) waiting.add(part);
  if (waiting.size) soon();
}

// The last to hear: who sends a form by a script has prevented that the browser does.
addEventListener("submit", (event) => event.defaultPrevented || (sent = performance.now()));
document.addEventListener("anlan:entry", (event) => want((part) => concerns(part, event.detail)));
document.addEventListener("anlan:reload", () => want(() => true));
for (const kind of ["focusout", "close"]) {
  document.addEventListener(
    kind,
    () => {
      const late = [...postponed];
      postponed.clear();
      want((part) => late.includes(part));
    },
    true, // a dialog's closing does not bubble
  );
}
