// A statement is kept as it is written: each answer by itself, a moment after the last key.
// What could not be sent stays in this browser, for this user, until it was; of two writers
// of one answer the second sees both texts and decides.

const WAIT_MS = 1000;
const RETRY_MS = 10000;
const form = document.querySelector("form[data-draft]");
const words = form.dataset;
const shelf = (key) => `anlan-statement:${words.user}:${words.draft}:${key}`;

class Answer {
  constructor(box) {
    this.box = box;
    this.key = box.dataset.key;
    this.text = box.querySelector("textarea");
    this.declined = box.querySelector("input[type=checkbox]");
    this.version = box.querySelector("input[type=hidden]");
    this.theirs = box.querySelector("[data-theirs]");
    this.sent = this.said();
    this.restore();
    this.text.addEventListener("input", () => this.changed());
    this.declined.addEventListener("change", () => this.changed());
    const choose = (name, text) =>
      box.querySelector(`[data-${name}]`).addEventListener("click", () => this.settle(text()));
    choose("mine", () => this.text.value);
    choose("them", () => this.other.text);
    choose("both", () => `${this.other.text}\n${this.text.value}`);
  }

  said() {
    return JSON.stringify([this.text.value.trim(), this.declined.checked]);
  }

  say(text) {
    this.box.querySelector("[data-state]").textContent = text;
  }

  // What this browser could not send before the page was closed.
  restore() {
    const kept = JSON.parse(localStorage.getItem(shelf(this.key)) ?? "null");
    if (!kept || JSON.stringify([kept.text.trim(), kept.declined]) === this.sent) {
      localStorage.removeItem(shelf(this.key));
      return;
    }
    this.text.value = kept.text;
    this.declined.checked = kept.declined;
    this.version.value = kept.version;
    this.changed();
  }

  changed() {
    if (this.said() === this.sent) return;
    const kept = { text: this.text.value, declined: this.declined.checked, version: this.version.value };
    localStorage.setItem(shelf(this.key), JSON.stringify(kept));
    this.say(words.saving);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), WAIT_MS);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.other || this.busy || this.said() === this.sent) return;
    this.busy = true;
    const said = this.said();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: this.body(),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      this.hear(answer.status, await answer.json(), said);
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
    if (this.declined.checked) body.set(`declined-${this.key}`, "on");
    return body;
  }

  hear(status, told, said) {
    const clash = told.conflicts?.[this.key];
    if (clash) this.clash(clash);
    else if (status >= 400) this.say(told.error);
    else {
      this.version.value = told.versions[this.key] ?? this.version.value;
      this.sent = said;
      localStorage.removeItem(shelf(this.key));
      this.say(words.saved);
    }
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
    this.sent = JSON.stringify([this.other.text.trim(), this.other.declined]);
    this.declined.checked = this.declined.checked && !text.trim();
    this.other = null;
    this.theirs.hidden = true;
    localStorage.removeItem(shelf(this.key));
    if (this.said() === this.sent) this.say(words.saved);
    this.changed();
    this.send();
  }
}

const answers = [...form.querySelectorAll("fieldset[data-key]")].map((box) => new Answer(box));
addEventListener("online", () => answers.forEach((one) => one.send()));
addEventListener("pagehide", () => answers.forEach((one) => one.send()));
