// The page of an upload: files are chosen, shown, sent one after the other; each can be
// paused, and goes on where it was after the page, the network or the server went away.
import { all, drop, fingerprint, keep, sendingOf, SMALL } from "./waiting.js";
import { newId } from "./tus.js";

const form = document.querySelector("form[data-upload]");
const list = form.querySelector("[data-files]");
const line = form.querySelector("template[data-file]").content.firstElementChild;
const aloud = form.querySelector("[data-aloud]");
const button = form.querySelector(".btns button:not([type=button])");
const words = form.dataset;
let turn = Promise.resolve();

class Row {
  constructor(item, file) {
    Object.assign(this, { item, file, state: "chosen", offset: 0, speed: 0, seen: null });
    this.node = line.cloneNode(true);
    this.node.querySelector("[data-name]").textContent = item.name;
    this.node.querySelector("progress").setAttribute("aria-label", item.name);
    this.part("pause").addEventListener("click", () => this.pause());
    this.part("resume").addEventListener("click", () => this.start());
    this.part("leave").addEventListener("click", () => this.leave());
    list.append(this.node);
    this.show();
  }

  part(name) {
    return this.node.querySelector(`[data-${name}]`);
  }

  show() {
    const bar = this.node.querySelector("progress");
    bar.max = this.item.size;
    bar.value = this.offset;
    bar.classList.toggle("ok", this.state === "done");
    const figures = `${size(this.offset)} / ${size(this.item.size)}`;
    const speed = this.state === "sending" && this.speed ? ` · ${size(this.speed)}/s` : "";
    this.part("figures").textContent = figures + speed;
    this.part("state").textContent = this.refusal || words[this.state] || "";
    this.part("state").classList.toggle("error", Boolean(this.refusal));
    const isGoing = ["sending", "waiting"].includes(this.state);
    this.part("pause").hidden = !isGoing;
    this.part("resume").hidden = !["paused", "login", "refused"].includes(this.state) || !this.file;
    this.part("leave").hidden = isGoing || ["done", "reading", "queued"].includes(this.state);
    this.node.dataset.state = this.state;
  }

  say(state, refusal = "") {
    if (state === this.state && refusal === this.refusal) return;
    Object.assign(this, { state, refusal });
    this.show();
    aloud.textContent = `${this.item.name} · ${refusal || words[state] || ""}`;
  }

  hear(told) {
    if (told.url) {
      this.item.url = told.url;
      this.item.said = this.sending.said;
      remember(this.item, this.file);
    }
    if (told.offset !== undefined) this.measure(told.offset);
    if (told.state) this.say(told.state);
    this.show();
  }

  measure(offset) {
    const now = performance.now();
    if (!this.seen || offset < this.seen.offset) this.seen = { now, offset };
    else if (now - this.seen.now > 1000) {
      this.speed = ((offset - this.seen.offset) * 1000) / (now - this.seen.now);
      this.seen = { now, offset };
    }
    this.offset = offset;
  }

  start() {
    this.say("queued");
    turn = turn.then(() => this.send());
    return turn;
  }

  async send() {
    if (this.state !== "queued") return;
    if (this.item.refusal) {
      delete this.item.refusal;
      await remember(this.item, this.file);
    }
    this.say("sending");
    this.seen = null;
    this.sending = sendingOf(this.item, this.file, (told) => this.hear(told));
    try {
      const uid = await this.sending.run();
      if (uid) await this.done(uid);
      else this.say("paused");
    } catch (error) {
      if (error.status === 401) this.say("login");
      else {
        this.item.refusal = error.message || words.refused;
        this.say("refused", this.item.refusal);
        await remember(this.item, this.file); // only the person throws it away
      }
    }
  }

  pause() {
    this.say("paused");
    this.sending?.pause();
  }

  async leave() {
    if (this.item.url) {
      await fetch(this.item.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {});
    }
    await drop(this.item.id);
    this.node.remove();
    rows = rows.filter((row) => row !== this);
  }

  async done(uid) {
    this.offset = this.item.size;
    this.say("done");
    await drop(this.item.id);
    const link = this.part("receipt");
    if (words.receipt) {
      link.href = words.receipt.replace("00000000-0000-0000-0000-000000000000", uid);
      link.hidden = false;
    }
  }
}

let rows = [];

function size(bytes) {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  return `${(bytes / 1024 ** 3).toFixed(2)} GB`;
}

const remember = (item, file) => keep({ ...item, blob: file && item.size <= SMALL ? file : undefined });

function itemOf(file) {
  const data = new FormData(form);
  const happened = data.get("happened");
  const id = newId();
  const said = {
    case: words.case,
    request_id: id,
    filename: file.name,
    title: data.get("title"),
    how: data.get("how"),
    happened: happened ? new Date(happened).toISOString() : "",
    is_footage: data.has("is_footage") ? "1" : "",
    recording: words.recording || "",
  };
  const print = fingerprint(file);
  return { id, print, said, name: file.name, size: file.size, case: words.case, user: words.user, made: Date.now() };
}

// A file that was begun goes on; a new one waits for the words to be written.
function choose(files) {
  for (const file of files) {
    const begun = rows.find((row) => row.item.print === fingerprint(file) && row.state !== "done");
    if (begun) {
      begun.file = file;
      if (["paused", "missing", "login", "refused"].includes(begun.state)) begun.start();
    } else rows.push(new Row(itemOf(file), file));
  }
}

async function submit(event) {
  event.preventDefault();
  await known;
  const fresh = rows.filter((row) => row.state === "chosen");
  if (!fresh.length) {
    aloud.textContent = words.nothing;
    form.querySelector("input[type=file]").focus();
    return;
  }
  for (const row of fresh) {
    row.item.said = { ...itemOf(row.file).said, request_id: row.item.id };
    await remember(row.item, row.file);
    row.start();
  }
}

async function goOn() {
  const mine = (await all()).filter((item) => item.user === words.user && item.case === words.case);
  for (const item of mine) {
    const row = new Row(item, item.blob || null);
    rows.push(row);
    if (item.blob && !item.refusal) row.start();
    else if (item.refusal) row.say("refused", item.refusal);
    else row.say("missing");
  }
}

const known = goOn();
form.addEventListener("submit", submit);
async function take(input) {
  const files = [...input.files];
  input.value = "";
  input.required = false;
  await known; // else one that was begun would be sent a second time
  choose(files);
}

form.querySelectorAll("input[type=file]").forEach((input) => {
  input.addEventListener("change", () => take(input));
  if (input.files.length) take(input); // chosen while this script was on its way
});
addEventListener("beforeunload", (event) => {
  if (rows.some((row) => row.state === "sending" && row.item.size > SMALL)) event.preventDefault();
});
button.disabled = false;
