// A report, or a task that was done, is kept on the phone first and sent then; it leaves
// the phone only when the server has echoed its request id and has its files. Sent on
// submit, when the network is back, when the page is shown again, and every 15 seconds.
import { ask, askToken, Unreached } from "./asking.js";
import { all, drop, keep } from "./store.js";

const RETRY_MS = 15000;
const JSON_PLEASE = { Accept: "application/json" };
const FILE_PATIENCE_MS = 120000;
let turn = Promise.resolve(null);
let waitingTurns = 0;
let upload = null;
let uploading = Promise.resolve();
let awaited = "";
let isSignedOut = false;
let isFaulty = false;

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// An alarm goes alone and first: a film on a weak network must not hold it back. A task
// goes after its photos: without them it would be refused.
async function sendWords(item, token) {
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, value);
  body.set("age", String(Math.max(0, Math.round((Date.now() - item.made) / 1000))));
  body.set("csrfmiddlewaretoken", token);
  const { status, json } = await ask(item.action, { method: "POST", body, headers: JSON_PLEASE });
  if (status === 201 && json?.request_id === item.id) return json;
  throw verdict(status, json);
}

// What an answer means that is not the one hoped for.
function verdict(status, json) {
  const isLater = status < 400 || status === 408 || status === 429 || status >= 500;
  if (isLater) return new Unreached(String(status));
  if (json?.errors) return refusal(json.errors);
  return new Error(`${status} without a reason`);
}

function refusal(errors) {
  return Object.assign(new Error("refused"), { errors });
}

async function post(url, body, token, signal) {
  body.set("csrfmiddlewaretoken", token);
  const response = await fetch(url, { method: "POST", body, headers: JSON_PLEASE, signal }).catch((error) => {
    throw new Unreached(String(error));
  });
  if (response.status >= 500) throw new Unreached(String(response.status));
  return response;
}

// One round after the other: an alarm kept during a round is sent in the next.
export async function flush() {
  waitingTurns += 1;
  turn = turn.then(sendAll, sendAll).finally(() => (waitingTurns -= 1));
  return turn;
}

async function sendAll() {
  let last = null;
  isFaulty = false;
  try {
    const waiting = await all();
    if (waiting.length === 0) return null;
    const known = await askToken();
    isSignedOut = !known;
    if (!known) return null;
    const { csrf, user } = known;
    const mine = waiting.filter((one) => one.user === user);
    for (const item of mine.filter((one) => !one.answer && !one.filesFirst)) {
      last = (await tryAlarm(item, csrf)) || last;
    }
    const rest = mine.filter((one) => one.answer || (one.filesFirst && !one.errors));
    if (!last && !upload) uploading = sendFiles(rest, csrf);
  } catch (error) {
    note(error);
  } finally {
    await show();
  }
  return last;
}

// One that cannot be sent, whatever the reason, never holds up the next.
async function tryAlarm(item, token) {
  try {
    const answer = await sendWords(item, token);
    if (item.files.length) await keep({ ...item, answer, errors: undefined });
    else await drop(item.id);
    return answer;
  } catch (error) {
    if (error.errors) await keep({ ...item, errors: error.errors });
    else note(error);
    return null;
  }
}

// Beside the rounds, for it may take minutes; a new alarm interrupts it.
async function sendFiles(items, token) {
  upload = new AbortController();
  try {
    for (const item of items) await (item.filesFirst ? tryTask(item, token) : sendRest(item, token));
  } catch (error) {
    note(error);
  } finally {
    upload = null;
    await show();
  }
}

async function sendRest(item, token) {
  for (const file of item.files) {
    const response = await sendFile(file, `${item.answer.url}files/`, token);
    // 413: it will never be taken.
    if (response.status !== 201 && response.status !== 413) throw new Error("refused");
  }
  await drop(item.id);
  if (location.pathname === item.answer.url) location.reload();
}

async function tryTask(item, token) {
  try {
    for (const file of item.files) {
      const response = await sendFile(file, item.filesFirst, token);
      if (response.status !== 201) throw refusal((await response.json()).errors);
    }
    await sendWords(item, token);
    await drop(item.id);
    if (item.id !== awaited && location.href === item.action) location.reload();
  } catch (error) {
    if (!error.errors) throw error;
    await keep({ ...item, errors: error.errors });
  }
}

async function sendFile(file, url, token) {
  const body = new FormData();
  body.append("files", file.blob, file.name);
  const timer = setTimeout(() => upload?.abort(), FILE_PATIENCE_MS);
  try {
    return await post(url, body, token, upload.signal);
  } finally {
    clearTimeout(timer);
  }
}

// It stays here and is tried again. No network is nothing to speak of; all else is.
function note(error) {
  if (error instanceof Unreached) return;
  isFaulty = true;
  console.error(error);
}

async function show() {
  const waiting = (await all()).filter((item) => !item.answer);
  document.querySelectorAll("[data-outbox-chip]").forEach((chip) => {
    const off = waiting.length > 0 || !navigator.onLine || isFaulty;
    chip.classList.toggle("off", off);
    const words = isFaulty ? "fault" : waiting.length ? "waiting" : off ? "lost" : "fine";
    chip.lastChild.textContent = chip.dataset[words].replace("{}", waiting.length);
  });
  document.querySelectorAll("[data-waiting-list]").forEach((list) => {
    list.hidden = waiting.length === 0;
    list.querySelector("ul").replaceChildren(...waiting.map((item) => row(item, list)));
  });
}

// What is kept: where, when, why it still lies here. Only what was refused may be thrown
// away, because it will be refused again.
function row(item, list) {
  const line = list.querySelector("template").content.cloneNode(true).firstElementChild;
  const made = new Date(item.made);
  const time = [made.getHours(), made.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
  const refused = sentences(item.errors);
  const other = item.user !== list.dataset.user;
  const why = refused.join(" ") || (other && list.dataset.other) || (isSignedOut && list.dataset.login) || list.dataset.network;
  line.querySelector("b").textContent = item.place || "";
  line.querySelector("small").textContent = `${time} · ${why}`;
  const button = line.querySelector("button");
  button.hidden = refused.length === 0;
  button.addEventListener("click", async () => {
    if (!confirm(list.dataset.sure)) return;
    await drop(item.id);
    await show();
  });
  return line;
}

function sentences(errors) {
  return Object.values(errors || {}).flat().map((one) => one.message || one);
}

async function submit(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const data = new FormData(form);
  const { filesFirst, label } = form.dataset;
  const name = filesFirst ? "photos" : "files";
  const files = data.getAll(name).filter((file) => file.name);
  data.delete(name);
  const id = newId();
  data.set("request_id", id);
  await keep({
    id,
    action: form.action,
    made: Date.now(),
    user: form.dataset.user,
    place: label || form.querySelector("[name=place]:checked")?.dataset.label,
    filesFirst,
    fields: [...data.entries()],
    files: files.map((file) => ({ name: file.name, blob: file })),
  });
  upload?.abort();
  if (filesFirst) awaited = id;
  const answer = await flush();
  if (answer && !filesFirst) {
    location.href = answer.url;
    return;
  }
  if (filesFirst && (await isTaskSettled(form, id))) return;
  // It stays busy: what was kept is not to be kept twice.
  form.querySelector(".submit button")?.setAttribute("disabled", "");
  const card = document.querySelector("[data-offline-card]");
  if (card && !document.querySelector(".sent.offline")) form.before(card.content.cloneNode(true));
  scrollTo({ top: 0 });
}

// Whoever stands before the form hears at once what the server said, and may change it.
async function isTaskSettled(form, id) {
  await uploading;
  awaited = "";
  const kept = (await all()).find((one) => one.id === id);
  if (!kept) {
    location.href = form.dataset.next;
    return true;
  }
  if (!kept.errors) return false;
  await drop(id);
  await show();
  delete form.dataset.busy;
  const line = form.querySelector("[data-refusal]");
  line.textContent = sentences(kept.errors).join(" ");
  line.hidden = false;
  line.scrollIntoView({ block: "center" });
  return true;
}

document.querySelectorAll("form[data-outbox]").forEach((form) => {
  if ("indexedDB" in window) form.addEventListener("submit", submit);
});
function nameFiles(input) {
  const names = [...input.form.querySelectorAll("input[type=file]")].flatMap((one) => [...one.files]);
  const line = input.form.querySelector("[data-file-names]");
  if (line) line.textContent = names.map((file) => file.name).join(" · ");
}

document.querySelectorAll("input[type=file]").forEach((input) => {
  input.addEventListener("change", () => nameFiles(input));
  if (input.files.length) nameFiles(input); // chosen while this script was on its way
});
// What the service worker kept is the reader's own: the next one must not find it.
document.querySelectorAll("form[action$='/accounts/logout/']").forEach((form) => {
  form.addEventListener("submit", () => navigator.serviceWorker?.controller?.postMessage("forget"));
});
addEventListener("online", flush);
addEventListener("offline", show);
document.addEventListener("visibilitychange", () => document.hidden || flush());
setInterval(() => waitingTurns || flush(), RETRY_MS);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/m/sw.js", { scope: "/m/" }).catch(() => {});
navigator.storage?.persist?.().catch(() => {});
flush();
