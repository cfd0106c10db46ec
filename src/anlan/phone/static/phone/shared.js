// A shared phone that nobody touches locks itself; the server would refuse it anyway. Not
// without a network, for there nobody could open it again; and not while words of the one
// who holds it wait to be sent, for they go with their session only. Files of a report that
// has arrived keep no phone open: one that cannot go would leave it to the next hand for
// ever, and the locked phone says whose they are.
import { holder } from "./holder.js";
import { all } from "./store.js";

const TELL_MS = 60000; // the server is told of touches once in this time
const AGAIN_MS = 15000;
const PATIENCE_MS = 8000;
const lock = document.querySelector("form[data-idle]");
const idle = lock && Number(lock.dataset.idle) * 1000;
let touched = Date.now();
let told = Date.now();
let telling = 0;
let waiting = 0;

const isIdle = () => Date.now() - touched >= idle;

// Browsers of our floor have no AbortSignal.timeout.
async function post(url) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE_MS);
  try {
    return await fetch(url, { method: "POST", body: new FormData(lock), signal: control.signal });
  } finally {
    clearTimeout(timer);
  }
}

function wait(milliseconds) {
  clearTimeout(waiting);
  waiting = setTimeout(rest, milliseconds);
}

async function hasUnsentWords() {
  const kept = await all().catch(() => []);
  return kept.some((one) => one.user === holder() && !one.answer && !one.errors);
}

async function putDown() {
  const page = document.documentElement.dataset;
  page.leaving = ""; // what is fetched meanwhile meets the lock, and must lead nowhere else
  try {
    const answer = await post(lock.action);
    if (answer.status >= 500) throw new Error("server");
    if (answer.redirected) location.replace(answer.url);
    else location.reload(); // the server had locked it already, and says so
  } catch (error) {
    delete page.leaving;
    throw error;
  }
}

async function rest() {
  if (!isIdle()) return wait(touched + idle - Date.now());
  if (navigator.onLine && !(await hasUnsentWords())) await putDown().catch(() => {}); // no network after all
  wait(AGAIN_MS);
}

// At the end of each minute, so that the server never knows of an earlier last touch.
function tellSoon() {
  telling ||= setTimeout(tell, Math.max(0, told + TELL_MS - Date.now()));
}

async function tell() {
  // It has slept: to tell of that touch now would meet the session in the middle of its end.
  if (isIdle()) {
    telling = 0;
    return rest();
  }
  try {
    const answer = await post(lock.dataset.touch);
    told = Date.now();
    if (!answer.ok || answer.redirected) touched = 0; // locked there
  } catch {
    told = 0; // at once with the next touch
  }
  telling = 0;
  if (isIdle()) rest();
}

function touch() {
  if (isIdle() && navigator.onLine) return rest(); // it has slept: this touch comes too late
  touched = Date.now();
  tellSoon();
}

if (lock) {
  for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
    document.addEventListener(kind, touch, { passive: true, capture: true });
  }
  lock.addEventListener("submit", (event) => {
    event.preventDefault();
    const detail = { text: lock.dataset.lost, tone: "bad" };
    putDown().catch(() => document.dispatchEvent(new CustomEvent("toast", { detail })));
  });
  addEventListener("online", () => Date.now() - touched < TELL_MS && tellSoon());
  document.addEventListener("visibilitychange", () => document.hidden || rest());
  wait(idle);
}
