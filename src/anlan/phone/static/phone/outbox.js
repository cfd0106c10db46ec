// A report, a task that was done, or what was said at a scene by one tap (an *act*) is
// kept on the phone first and sent then; it leaves the phone only when the server has echoed its request id and has its files. Sent on
// submit, when the network is back, when the page is shown again, and every 15 seconds.
// No further names from these: they have the same address in every version, and a service
// worker may answer with an older one that lacks them. Then no alarm would be kept at all.
import { ask, askPatiently, askToken, parsed, Unreached } from "./asking.js";
import { holder, isHeldBy } from "./holder.js";
import { all, drop, keep } from "./store.js";

const RETRY_MS = 15000;
const DOUBLE_MS = 1000; // a second tap on the same button within this is a trembling thumb
const PATIENCE_MS = 1500; // before an act is called unsent: mostly it is sent at once
const JSON_PLEASE = { Accept: "application/json" };
const words = document.querySelector("[data-outbox-chip]")?.dataset ?? {};
const answers = new Map(); // of what was delivered while this page is open, by request id
const held = new Map(); // files that the phone had no room for; they live as long as this page
let turn = Promise.resolve();
let waitingTurns = 0;
let upload = null;
let uploading = Promise.resolve();
let tapped = { button: "", at: 0 }; // the button of the last call, also where its part came anew
const awaited = new Set(); // what somebody stands before, who is to hear of it first
let standing = null; // the alarm whose form says that it was not sent yet
let again = null; // a refused alarm that its writer tells of another place, and the form for it
let noticed = ""; // the act whose notice is to have the focus, also where its part comes anew
let isSignedOut = false;
let isFaulty = false;
let isBroken = false;

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
  if (item.writer) body.set("on_behalf_of", item.writer);
  body.set("age", String(Math.max(0, Math.round((Date.now() - item.made) / 1000))));
  body.set("csrfmiddlewaretoken", token);
  const { status, json } = await ask(item.action, { method: "POST", body, headers: JSON_PLEASE });
  if (status === 201 && json?.request_id === item.id) return json;
  throw verdict(status, json);
}

// What an answer means that is not the one hoped for.
function verdict(status, json) {
  if (status >= 500) return Object.assign(new Unreached(String(status)), { isBroken: true });
  const isLater = status < 400 || status === 408 || status === 429;
  if (isLater) return new Unreached(String(status));
  if (json?.errors) return refusal(json.errors);
  if (status === 413) return refusal({ files: [words.large] });
  return new Error(`${status} without a reason`);
}

function refusal(errors) {
  return Object.assign(new Error("refused"), { errors });
}

// One round after the other: an alarm kept during a round is sent in the next.
export async function flush() {
  waitingTurns += 1;
  turn = turn.then(sendAll, sendAll).finally(() => (waitingTurns -= 1));
  return turn;
}

async function sendAll() {
  isFaulty = isBroken = false;
  try {
    const waiting = [...(await all()), ...held.values()].sort((a, b) => a.made - b.made);
    if (waiting.length === 0) return;
    const known = await askToken();
    isSignedOut = !known;
    if (!known) return;
    isHeldBy(known.user);
    const mine = waiting.filter((one) => one.user === known.user);
    let delivered = 0;
    let isHeldUp = false; // who has not arrived yet has nothing under control
    for (const item of mine.filter((one) => !one.answer && !one.filesFirst && !one.wordsOf)) {
      // One that was refused would take effect later, when nobody means it any more.
      if (item.isAct && (isHeldUp || item.errors)) continue;
      const isSent = await tryAlarm(item, known.csrf);
      delivered += isSent;
      isHeldUp ||= item.isAct && !isSent && !item.errors;
    }
    for (const item of waiting) await tellReasons(item, known);
    if (!delivered && !upload) uploading = sendFiles(mine.filter(hasFilesToSend), known.csrf);
  } catch (error) {
    note(error);
  } finally {
    await show();
  }
}

// One that cannot be sent, whatever the reason, never holds up the next.
async function tryAlarm(item, token) {
  try {
    const answer = await sendWords(item, token);
    answers.set(item.id, answer);
    for (const one of held.values()) if (one.wordsOf === item.id) one.answer = answer;
    await change(item.id, (kept) => ({ ...kept, answer, errors: undefined }));
    if (standing?.id === item.id) leave(standing.form, answer);
    if (item.isAct && !awaited.has(item.id)) document.dispatchEvent(new CustomEvent("anlan:reload"));
    return true;
  } catch (error) {
    if (item.isAct && error.errors && !item.errors && !awaited.has(item.id)) toast(sentences(error.errors).join(" "));
    item.errors = error.errors;
    if (error.errors) await change(item.id, (kept) => ({ ...kept, errors: error.errors }));
    else note(error);
    return false;
  }
}

const hasFilesToSend = (item) =>
  item.filesFirst ? !item.errors : item.answer && item.files.some((file) => !file.errors);

// Beside the rounds, for it may take minutes; a new alarm interrupts it.
async function sendFiles(items, token) {
  const isLast = (item) => !awaited.has(item.id) && item.files.some(isLarge);
  const ordered = items.sort((a, b) => awaited.has(b.id) - awaited.has(a.id) || isLast(a) - isLast(b));
  const mine = (upload = { isStopped: false, stop: null });
  try {
    for (const item of ordered) {
      if (mine.isStopped) break;
      try {
        await (item.filesFirst ? tryTask(item, token) : sendRest(item, token));
      } catch (error) {
        note(error); // the same file twice is one
      }
    }
  } finally {
    upload = null;
    await show();
  }
}

function interrupt() {
  if (!upload) return;
  upload.isStopped = true;
  upload.stop?.();
}

async function sendRest(item, token) {
  let settled = 0;
  for (const file of item.files.filter((one) => !one.errors)) {
    if (upload.isStopped) break;
    try {
      await (isLarge(file) ? sendInParts(item, file) : sendWhole(file, `${item.answer.url}files/`, token));
      await changeFile(item, file, null);
      settled += 1;
    } catch (error) {
      if (error.errors) await changeFile(item, file, { errors: error.errors });
      else note(error);
      settled += error.errors ? 1 : 0;
    }
  }
  if (settled && location.pathname === item.answer.url) showArrived();
}

// Its parts only: a photo that was chosen meanwhile stays in its form, and is named there.
function showArrived() {
  const form = document.querySelector("form[data-outbox=files]");
  const isChosen = form && new FormData(form).getAll("files").some((file) => file.name);
  if (form && !isChosen) form.querySelector("[data-file-names]").textContent = "";
  document.dispatchEvent(new CustomEvent("anlan:reload"));
}

async function tryTask(item, token) {
  try {
    for (const file of item.files) await sendWhole(file, item.filesFirst, token);
    await sendWords(item, token);
    await drop(item.id);
    if (!awaited.has(item.id) && location.href === item.action) location.reload();
  } catch (error) {
    if (!error.errors) throw error;
    await change(item.id, (kept) => ({ ...kept, errors: error.errors }));
  }
}

async function sendWhole(file, url, token) {
  if (upload.isStopped) throw new Unreached("stopped");
  const body = new FormData();
  body.append("files", file.blob, file.name);
  body.append("csrfmiddlewaretoken", token);
  const begun = (request) => (upload.stop = () => request.abort());
  const { status, responseText } = await askPatiently("POST", url, { body, headers: JSON_PLEASE, begun });
  if (status !== 201) throw verdict(status, parsed(responseText));
}

// More than a form takes, or what a report does not take: into the evidence of the case,
// in parts that go on where they were. Loaded when it is needed: no alarm waits for it.
const isLarge = (file) => file.inParts || file.blob.size > 25 * 1024 * 1024;

async function sendInParts(item, file) {
  const { sendingOf } = await import("../evidence/waiting.js");
  if (upload.isStopped) throw new Unreached("stopped");
  const said = file.said || { case: item.answer.number, request_id: newId(), filename: file.name };
  // A phone too full to remember how far it was begins anew.
  const remember = (more) => changeFile(item, file, more).catch(console.warn);
  if (!file.said) await remember({ said });
  const sending = sendingOf({ said, url: file.url }, file.blob, async ({ url, state }) => {
    if (state === "waiting") sending.pause(); // the next round goes on; others have their turn
    if (url) await remember({ url, said: sending.said });
  });
  upload.stop = () => sending.pause();
  const uid = await sending.run().catch((error) => {
    throw error.status === 401 ? new Unreached("401") : refusal({ files: [error.message || words.large] });
  });
  if (!uid) throw new Unreached("paused");
}

// Read anew: meanwhile the person may have thrown a part of it away.
async function change(id, edit) {
  const item = held.get(id) || (await all()).find((one) => one.id === id);
  if (!item) return;
  const edited = edit(item);
  const isDone = edited.answer && !edited.files.length;
  if (held.has(id)) isDone ? held.delete(id) : held.set(id, edited);
  else await (isDone ? drop(id) : keep(edited));
}

// One file of a report: with `more` about it, or without it when there is nothing more.
async function changeFile(item, file, more) {
  const isIt = (one) => (one.id || one.name) === (file.id || file.name);
  await change(item.id, (kept) => ({
    ...kept,
    files: kept.files.flatMap((one) => (isIt(one) ? (more ? [{ ...one, ...more }] : []) : [one])),
  }));
}

// It stays here and is tried again. No network is nothing to speak of; all else is.
function note(error) {
  isBroken ||= Boolean(error.isBroken);
  if (error instanceof Unreached) return;
  isFaulty = true;
  console.error(error);
}

// A phone whose browser keeps nothing has nothing to show.
async function show() {
  const items = await all().catch(() => []);
  const waiting = items.filter((item) => !item.answer);
  const refused = refusedFiles([...items, ...held.values()]);
  const unsentFiles = items.filter((item) => item.answer && hasFilesToSend(item)); // nobody has them yet
  const unsent = waiting.length + unsentFiles.length;
  document.querySelectorAll("[data-outbox-chip]").forEach((chip) => {
    const state = chipState(unsent, refused.length);
    chip.classList.toggle("off", state !== "fine");
    chip.lastChild.textContent = chip.dataset[state].replace("{}", unsent || refused.length);
  });
  document.querySelectorAll("[data-waiting-list]").forEach((list) => {
    if (list.querySelector("details[open]")) return; // somebody chooses why
    list.hidden = unsent + refused.length === 0;
    const files = [...unsentFiles.map((item) => filesRow(item, list)), ...refused.map((one) => fileRow(one, list))];
    const rows = [...waiting.map((item) => row(item, list)), ...files];
    const there = list.querySelector("ul");
    // A row that says the same stays: one that comes anew under a thumb swallows its tap.
    const isSame = rows.length === there.children.length && rows.every((one, i) => one.isEqualNode(there.children[i]));
    if (!isSame) there.replaceChildren(...rows);
  });
  document.querySelectorAll("[data-refused-files]").forEach((part) => {
    const here = refused.filter(({ item }) => item.answer.url === location.pathname);
    part.hidden = here.length === 0;
    part.querySelector("p").textContent = here.map(whyRefused).join(" ");
  });
  document.querySelectorAll("form[data-outbox=act]").forEach((form) => mark(form, waiting));
}

// Whoever said it sees that nobody has heard it yet, also when they come back to the page.
function mark(form, waiting) {
  const isUnsent = waiting.some((one) => one.action === form.action && one.user === holder() && !one.errors);
  const place = form.closest("details, .btns") ?? form;
  const shown = [...document.querySelectorAll("[data-unsaid]")].find((one) => one.dataset.unsaid === form.action);
  // A further call is a call of its own, also while the one before waits.
  const isOver = isUnsent && !("repeats" in form.dataset);
  const hadFocus = form.contains(document.activeElement); // a disabled button loses it
  for (const button of form.querySelectorAll("button")) button.disabled = isOver;
  const template = document.querySelector("[data-unsaid-act]"); // a page of another version may have none
  if (isUnsent && !shown && template) {
    const notice = template.content.cloneNode(true).firstElementChild;
    notice.dataset.unsaid = form.action;
    place.before(notice);
    notice.tabIndex = -1;
    const isAgain = noticed === form.action && document.activeElement === document.body;
    if (hadFocus || isAgain) {
      notice.focus({ preventScroll: isAgain });
      noticed = form.action;
    }
  } else if (!isUnsent && shown) {
    noticed = "";
    // In what somebody opened the focus would hold back the part that shows what was sent.
    if (shown.contains(document.activeElement) && !form.closest("details")) form.querySelector("button")?.focus();
    shown.remove();
  }
}

function chipState(waiting, refused) {
  if (isFaulty) return "fault";
  if (isBroken) return "broken";
  if (waiting) return "waiting";
  if (!navigator.onLine) return "lost";
  return refused ? "refused" : "fine";
}

const refusedFiles = (items) =>
  items.filter((item) => item.answer).flatMap((item) =>
    item.files.filter((file) => file.errors).map((file) => ({ item, file })),
  );

const whyRefused = ({ file }) => `${file.name} · ${sentences(file.errors).join(" ")}`;

// What is kept: where, when, why it still lies here. Only what was refused may be thrown
// away, because it will be refused again.
function row(item, list) {
  const refused = sentences(item.errors);
  const other = item.user !== holder();
  const line = lineOf(list, item, item.place || "", saidWhy(item, list) || refused.join(" ") || whyKept(item, list) || list.dataset.network);
  offerToThrowAway(line, item, null, list);
  const send = line.querySelector("[data-send]");
  send.hidden = !other || item.isAct || item.filesFirst || !list.dataset.forAnother;
  send.addEventListener("click", () => confirm(list.dataset.forAnother) && sendForAnother(item));
  if (refused.length && !other) line.querySelector("button").before(...waysOn(item));
  return line;
}

// Whoever gave a reason puts their name to it: it waits for their hand.
const saidWhy = ({ why }, { dataset }) => why && (why.by === holder() ? dataset.unsaidWhy : dataset.unsaidOther);

// Why it still lies here, if not for want of a network alone.
function whyKept(item, { dataset }) {
  return (item.user !== holder() && dataset.other) || (isSignedOut && dataset.login) || (isBroken && dataset.broken);
}

// Files of a report that has arrived without them.
function filesRow(item, list) {
  const names = item.files.filter((file) => !file.errors).map((file) => file.name);
  return lineOf(list, item, names.join(" · "), whyKept(item, list) || list.dataset.files);
}

// What another left here and nobody will send goes once it is on the record why: at once,
// or when there is a network again. Tried twice it is still one that was thrown away.
async function throwAway(item, file, reason, list) {
  list.querySelectorAll("details[open]").forEach((part) => (part.open = false));
  const why = { id: newId(), reason, by: holder(), url: list.dataset.discards };
  const withWhy = (one) => ({ ...one, why: { ...why, id: one.why?.id ?? one.discard ?? why.id } });
  try {
    if (file) await changeFile(item, file, { why: withWhy(file).why });
    else await change(item.id, withWhy);
    const known = await askToken();
    if (!known) throw new Unreached("signed out");
    const said = await tellReasons(await found(item.id), known);
    if (said) throw said;
  } catch (error) {
    toast([...sentences(error.errors), error.errors ? "" : list.dataset.unrecorded].join(" "));
    if (!error.errors) note(error);
  }
  await show();
}

const found = async (id) => held.get(id) || (await all()).find((one) => one.id === id);

// While the reasons were read another round may have sent it, or whoever commands its own
// way. Returns what went wrong last.
async function tellReasons(item, known) {
  let wrong = null;
  for (const one of item ? [item, ...item.files] : []) {
    const file = one === item ? null : one;
    if (one.why?.by !== known.user || item.user === known.user || (!file && item.answer)) continue;
    try {
      await tellReason(item, file, one.why, known.csrf);
      await (file ? changeFile(item, file, null) : drop(item.id));
      if (!file) return null;
    } catch (error) {
      if (error.errors && file) await changeFile(item, file, { why: undefined });
      else if (error.errors) await change(item.id, (kept) => ({ ...kept, why: undefined }));
      else note(error);
      wrong = error;
    }
  }
  return wrong;
}

async function tellReason(item, file, why, token) {
  const body = new FormData();
  const what = (file && "file") || (item.isAct && "act") || (item.filesFirst && "task") || "report";
  const age = String(Math.max(0, Math.round((Date.now() - item.made) / 1000)));
  const said = { writer: item.writer ?? item.user, what, reason: why.reason, age, request_id: why.id };
  if (file || item.errors) said.refused = "yes";
  for (const [name, value] of Object.entries(said)) body.set(name, value);
  body.set("csrfmiddlewaretoken", token);
  const { status, json } = await ask(why.url, { method: "POST", body, headers: JSON_PLEASE });
  if (status !== 201) throw verdict(status, json);
}

// Whose it is deletes it with a tap; of anybody else the reason is asked.
function offerToThrowAway(line, item, file, list) {
  const isOther = item.user !== holder();
  const isRefused = Boolean(file || item.errors);
  const button = line.querySelector("button");
  button.hidden = isOther || !isRefused;
  button.addEventListener("click", async () => {
    if (!confirm(list.dataset.sure)) return;
    await (file ? changeFile(item, file, null) : drop(item.id));
    await show();
  });
  const discard = line.querySelector("[data-discard]"); // a page of another version may have none
  if (!discard) return;
  discard.hidden = !isOther || !(isRefused || list.dataset.forAnother);
  discard.querySelectorAll("button").forEach((reason) => {
    reason.addEventListener("click", () => confirm(list.dataset.sure) && throwAway(item, file, reason.value, list));
  });
}

// Whoever commands lets out what somebody left here who cannot open this phone any more;
// if it was left here once more on its way, it is still of who wrote it.
async function sendForAnother(item) {
  await change(item.id, (kept) => ({ ...kept, user: holder(), writer: kept.writer ?? kept.user }));
  await flush();
}

// What was refused is not lost: an alarm is told of another place, and its files are saved.
function waysOn(item) {
  const saved = item.files.map((file) => saving(file, `${words.save} ${file.name}`));
  if (item.isAct || item.filesFirst) return saved;
  const address = new URL(item.action, location.href);
  address.searchParams.set("again", item.id);
  return [linkTo(address, words.again), ...saved];
}

const linkTo = (href, text) => Object.assign(document.createElement("a"), { className: "link", href, textContent: text });

function saving(file, text) {
  const link = Object.assign(linkTo("#", text), { download: file.name });
  link.addEventListener("click", () => (link.href = URL.createObjectURL(file.blob)));
  return link;
}

// A file that its report did not take: it goes into the evidence, or onto the phone.
function fileRow({ item, file }, list) {
  const line = lineOf(list, item, file.name, saidWhy(file, list) || sentences(file.errors).join(" "));
  offerToThrowAway(line, item, file, list);
  const isSaved = isLarge(file);
  const link = isSaved ? saving(file, words.save) : linkTo(`/m/cases/${item.answer.number}/upload/`, words.upload);
  if (!isSaved) {
    link.addEventListener("click", async (event) => {
      event.preventDefault(); // the bytes are here: nobody has to look for them
      await changeFile(item, file, { errors: undefined, inParts: true });
      await flush();
    });
  }
  line.querySelector("button").before(link);
  return line;
}

function lineOf(list, item, title, why) {
  const line = list.querySelector("template").content.cloneNode(true).firstElementChild;
  const made = new Date(item.made);
  const time = [made.getHours(), made.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
  line.querySelector("b").textContent = title;
  line.querySelector("small").textContent = `${time} · ${why}`;
  return line;
}

function sentences(errors) {
  return Object.values(errors || {}).flat().map((one) => one.message || one);
}

async function submit(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.busy || isDoubleTap(form, event.submitter)) return;
  if (form.dataset.outbox === "files") return keepFiles(form);
  // Refused by the server, too; but without a network that would be heard of too late.
  if (form.elements.place && !new FormData(form).get("place")) return say(form, form.dataset.nowhere);
  form.dataset.busy = "yes";
  form.querySelector("[data-refusal]")?.setAttribute("hidden", "");
  const item = itemOf(form, event.submitter);
  try {
    await keepWhatFits(item, form);
    if (again?.form === form) {
      await drop(again.id);
      again = null;
    }
  } catch (error) {
    // Nothing can be kept here: the browser itself sends it, as it would without us.
    console.warn(error);
    hide(form, "request_id", item.id);
    if (event.submitter?.name) hide(form, event.submitter.name, event.submitter.value);
    form.submit();
    return;
  }
  // The next call is one of its own, also while this one is on its way.
  if ("repeats" in form.dataset) delete form.dataset.busy;
  await deliver(item, form);
}

function isDoubleTap(form, submitter) {
  if (!("repeats" in form.dataset)) return false;
  const button = `${form.action} ${submitter?.value}`;
  const isDouble = tapped.button === button && Date.now() - tapped.at < DOUBLE_MS;
  if (!isDouble) tapped = { button, at: Date.now() };
  return isDouble;
}

// More files of a report that has arrived: what is still left of it. Keeping a film takes
// a while: a second press meanwhile would keep it, and send it, once more.
async function keepFiles(form) {
  const files = new FormData(form).getAll("files").filter((file) => file.name);
  const answer = { url: location.pathname, number: form.dataset.number };
  const kept = files.map((file) => ({ id: newId(), name: file.name, blob: file }));
  const line = form.querySelector("[data-file-names]");
  if (!files.length) {
    line.textContent = form.dataset.none;
    return;
  }
  form.dataset.busy = "yes";
  line.textContent = form.dataset.keeping?.replace("{}", files.length) ?? ""; // a page of before has no words
  try {
    await keep({ id: newId(), action: form.action, made: Date.now(), user: holder(), answer, fields: [], files: kept });
    form.reset();
    line.textContent = form.dataset.sending.replace("{}", files.length);
  } catch (error) {
    console.warn(error);
    return form.submit();
  } finally {
    delete form.dataset.busy;
  }
  await flush();
}

// Sent along with the form as a field that nobody sees.
function hide(form, name, value) {
  const field = form.querySelector(`input[name="${name}"]`) ?? document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  if (!field.isConnected) form.append(field);
}

function itemOf(form, submitter) {
  const data = new FormData(form);
  if (submitter?.name) data.set(submitter.name, submitter.value);
  const { filesFirst, label } = form.dataset;
  const name = filesFirst ? "photos" : "files";
  const files = data.getAll(name).filter((file) => file.name);
  data.delete(name);
  const id = newId();
  data.set("request_id", id);
  const told = again?.form === form ? again : null;
  if (told) files.unshift(...told.files.map((file) => new File([file.blob], file.name, { type: file.blob.type })));
  return {
    id,
    action: form.action,
    made: told?.made ?? Date.now(),
    writer: told?.writer,
    user: holder(),
    place: (submitter?.name && `${label} · ${submitter.textContent.trim()}`) || label || form.querySelector("[name=place]:checked")?.dataset.label,
    filesFirst,
    isAct: form.dataset.outbox === "act",
    fields: [...data.entries()],
    files: files.map((file) => ({ id: newId(), name: file.name, blob: file })),
  };
}

// On a full phone an alarm is kept without its files; a task is nothing without its photos.
async function keepWhatFits(item, form) {
  try {
    await keep(item);
  } catch (error) {
    if (item.filesFirst || !item.files.length) throw error;
    console.warn(error);
    await keep({ ...item, files: [] });
    const id = newId();
    held.set(id, { ...item, id, wordsOf: item.id });
    say(form, words.full);
  }
}

async function deliver(item, form) {
  awaited.add(item.id);
  if (item.isAct) {
    noticed = item.action;
    setTimeout(show, PATIENCE_MS);
  }
  interrupt();
  if (item.filesFirst) await uploading;
  await flush();
  if (item.filesFirst) await uploading;
  const outcome = await outcomeOf(item).finally(() => awaited.delete(item.id));
  if (outcome.isSent) return leave(form, outcome.answer);
  if (outcome.errors) return giveBack(item, form, outcome.errors);
  if (item.isAct) {
    delete form.dataset.busy; // the page says it, as long as it is so
    // Nobody works any more in what they opened: it may be fetched anew when this was sent.
    if (form.closest("details") && form.contains(document.activeElement)) document.activeElement.blur();
    return;
  }
  if (!item.filesFirst) standing = { id: item.id, form };
  // It stays busy: what was kept is not to be kept twice.
  form.querySelector(".submit button")?.setAttribute("disabled", "");
  const card = document.querySelector("[data-offline-card]").content.cloneNode(true);
  const why = (isSignedOut && words.login) || (isFaulty && words.fault) || (isBroken && words.down);
  if (why) card.querySelector("[data-why]").textContent = why;
  form.before(card);
  scrollTo({ top: 0 });
}

// What became of just this one: another round, or another window, may have sent it.
async function outcomeOf(item) {
  const kept = (await all()).find((one) => one.id === item.id);
  const answer = answers.get(item.id) || kept?.answer;
  if (answer || (!kept && item.filesFirst)) return { isSent: true, answer };
  if (kept) return { errors: kept.errors };
  await keep({ ...item, files: [] }); // asked a second time, the server says the same
  await flush();
  return { isSent: answers.has(item.id), answer: answers.get(item.id) };
}

// To the next page, but not away from files that are nowhere else.
async function leave(form, answer) {
  standing = null;
  if (held.size) {
    await flush();
    await uploading;
  }
  if (held.size) say(form, [words.unsent, ...refusedFiles([...held.values()]).map(whyRefused)].join(" "));
  else go(form, answer?.url || form.dataset.next);
}

// An act leads to the page that it was tapped on: only its parts are asked for anew, or a
// question that was opened meanwhile would be gone.
function go(form, url) {
  if (form.dataset.outbox !== "act" || new URL(url, location).pathname !== location.pathname) location.href = url;
  else {
    delete form.dataset.busy;
    if (form.contains(document.activeElement)) document.activeElement.blur(); // what it held back may come
    document.dispatchEvent(new CustomEvent("anlan:reload"));
  }
}

// Whoever stands before the form hears at once what the server said, and may change it.
async function giveBack(item, form, errors) {
  for (const one of [...held.values()]) if (one.wordsOf === item.id) held.delete(one.id);
  await drop(item.id);
  await show();
  delete form.dataset.busy;
  say(form, sentences(errors).join(" "));
}

function toast(text) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "bad" } }));
}

function say(form, sentence) {
  const line = form.querySelector("[data-refusal]");
  if (!line) {
    toast(sentence);
    return;
  }
  line.textContent = sentence;
  line.hidden = false;
  line.scrollIntoView({ block: "center" });
}

// The form as it was filled in when it was refused; where, is to be chosen anew.
async function tellAgain() {
  const id = new URLSearchParams(location.search).get("again");
  const form = id && document.querySelector("form[data-outbox][data-nowhere]"); // not one of an act
  if (!form) return;
  const refused = (await all()).find((one) => one.id === id && one.user === holder());
  if (!refused) return;
  again = { ...refused, form };
  for (const [name, value] of again.fields) {
    const chosen = form.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
    const field = form.elements[name];
    if (name !== "place" && chosen) chosen.checked = true;
    else if (name === "words" && field) field.value = value;
  }
  form.querySelectorAll("[name=place]").forEach((radio) => (radio.checked = false));
  say(form, [...sentences(again.errors), ...again.files.map((file) => file.name)].join(" · "));
}

// Of forms that come later, too: live parts are fetched again.
document.addEventListener("submit", (event) => {
  if ("indexedDB" in window && event.target.matches("form[data-outbox]") && !event.defaultPrevented) submit(event);
});
document.querySelectorAll("[data-live-page], [data-live-refresh]").forEach((part) => {
  new MutationObserver(() => show()).observe(part.parentElement, { childList: true });
});
// What the service worker kept is the reader's own: the next one must not find it.
document.querySelectorAll("form[action$='/accounts/logout/']").forEach((form) => {
  form.addEventListener("submit", () => navigator.serviceWorker?.controller?.postMessage("forget"));
});
document.addEventListener("pointerdown", () => (noticed = "")); // they are somewhere else now
addEventListener("online", flush);
addEventListener("offline", show);
document.addEventListener("visibilitychange", () => document.hidden || flush());
setInterval(() => waitingTurns || flush(), RETRY_MS);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/m/sw.js", { scope: "/m/" }).catch(() => {});
navigator.storage?.persist?.().catch(() => {});
tellAgain().catch(console.warn);
flush();
