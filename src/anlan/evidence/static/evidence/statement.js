// A statement is kept as it is written: each answer by itself, a moment after the last key.
// What could not be sent stays in this browser, sealed, until it was; the page itself opens
// again without a network. Of two writers of one answer the second sees both and decides.
import { Drawer } from "./drawer.js";

const WAIT_MS = 1000;
const RETRY_MS = 10000;
const form = document.querySelector("form[data-draft]");
const words = form.dataset;
const drawer = new Drawer(words.user, words.draft, words.drawer);

class Answer {
  constructor(box) {
    this.box = box;
    this.key = box.dataset.key;
    this.text = box.querySelector("textarea");
    this.question = box.querySelector("input[data-question]"); // of one's own, if new
    this.declined = box.querySelector("input[type=checkbox]");
    this.version = box.querySelector("input[type=hidden]");
    this.theirs = box.querySelector("[data-theirs]");
    this.sent = this.said();
    for (const field of [this.text, this.question]) field?.addEventListener("input", () => this.changed());
    this.declined?.addEventListener("change", () => this.changed());
    const choose = (name, text) =>
      box.querySelector(`[data-${name}]`)?.addEventListener("click", () => this.settle(text()));
    choose("mine", () => this.text.value);
    choose("them", () => this.other.text);
    choose("both", () => `${this.other.text}\n${this.text.value}`);
  }

  now() {
    return {
      text: this.text.value,
      declined: this.declined?.checked ?? false,
      question: this.question?.value ?? "",
    };
  }

  said({ text, declined, question } = this.now()) {
    return JSON.stringify([text.trim(), declined, question.trim()]);
  }

  say(text) {
    this.box.querySelector("[data-state]").textContent = text;
  }

  // What this browser could not send before the page was closed.
  async restore() {
    const kept = await drawer.read(this.key);
    if (!kept || this.said() !== this.sent) return;
    if (!this.question) kept.question = ""; // it was sent meanwhile, with the form
    if (this.said(kept) === this.sent) return drawer.drop(this.key);
    this.text.value = kept.text;
    if (this.declined) this.declined.checked = kept.declined;
    if (this.question) this.question.value = kept.question;
    this.version.value = kept.version;
    this.changed();
  }

  changed() {
    if (this.said() === this.sent) return;
    drawer.keep(this.key, { ...this.now(), version: this.version.value });
    this.say(navigator.onLine ? words.saving : words.waiting);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), WAIT_MS);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.other || this.busy || this.said() === this.sent) return;
    if (this.question && !(this.question.value.trim() && this.text.value.trim())) return; // half typed
    this.busy = true;
    const said = this.said();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: this.body(),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      await this.hear(answer.status, await answer.json(), said);
    } catch {
      this.say(navigator.onLine ? words.login : words.waiting);
      this.timer = setTimeout(() => this.send(), RETRY_MS);
    }
    this.busy = false;
    if (this.said() !== said) this.changed();
  }

  body() {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set(`answer-${this.key}`, this.text.value);
    body.set(`version-${this.key}`, this.version.value);
    if (this.question) body.set(`question-${this.key}`, this.question.value);
    if (this.declined?.checked) body.set(`declined-${this.key}`, "on");
    return body;
  }

  async hear(status, told, said) {
    const clash = told.conflicts?.[this.key];
    if (clash && this.question) await this.moveOn();
    else if (clash) this.clash(clash);
    else if (status >= 400) this.say(told.error);
    else {
      this.version.value = told.versions[this.key] ?? this.version.value;
      this.sent = said;
      if (this.question) this.question.readOnly = true; // asked once, in these words
      await drawer.drop(this.key);
      this.say(words.saved);
    }
  }

  // Somebody else asked a question of their own under this number: ours takes the next.
  async moveOn() {
    await drawer.drop(this.key);
    this.key = `own-${Number(this.key.slice(4)) + 1}`;
    this.text.name = `answer-${this.key}`;
    this.question.name = `question-${this.key}`;
    this.version.name = `version-${this.key}`;
    this.version.value = "0";
    this.changed();
  }

  clash(other) {
    this.other = other;
    this.theirs.hidden = false;
    this.theirs.querySelector("[data-choice]").hidden = false;
    this.theirs.querySelector("[data-by]").textContent = words.clash.replace("{}", other.by);
    this.theirs.querySelector("[data-text]").textContent = other.text;
    this.say("");
  }

  settle(text) {
    this.text.value = text;
    this.version.value = this.other.version;
    this.sent = this.said({ ...this.now(), text: this.other.text, declined: this.other.declined });
    this.declined.checked = this.declined.checked && !text.trim();
    this.other = null;
    this.theirs.hidden = true;
    drawer.drop(this.key);
    if (this.said() === this.sent) this.say(words.saved);
    this.changed();
    this.send();
  }
}

// The page as it is now, and all that it is made of, for the time without a network.
async function keepPage() {
  const scope = new URL(location.href.split(/[?#]/)[0]).pathname;
  const found = await navigator.serviceWorker.register(words.worker, { scope });
  const worker = found.active ?? found.waiting ?? found.installing;
  const parts = performance.getEntriesByType("resource").map((one) => one.name);
  if (!worker || navigator.serviceWorker.controller) return; // it keeps what it brings
  worker.postMessage(parts.filter((one) => one.startsWith(`${location.origin}/static/`)));
}

const answers = [...form.querySelectorAll("fieldset[data-key]")].map((box) => new Answer(box));
addEventListener("online", () => answers.forEach((one) => one.send()));
addEventListener("pagehide", () => answers.forEach((one) => one.send()));
// What the form itself sends is sent: a question of one's own must not come twice.
form.addEventListener("submit", () => answers.forEach((one) => clearTimeout(one.timer)));
for (const one of answers) await one.restore();
if ("serviceWorker" in navigator) keepPage().catch(() => {});
