// The draft on the server: kept after each change; of two writers the second is told.
const WAIT_MS = 600;
const RETRY_MS = 5000;

export class Draft {
  constructor(words, token, told) {
    [this.words, this.token, this.told] = [words, token, told];
    this.version = Number(words.version);
  }

  // Soon, and only the newest.
  changed(plan) {
    this.plan = JSON.stringify(plan);
    this.told.status(this.words.saving);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), WAIT_MS);
  }

  // Until the server has it; whether it does.
  async flush() {
    clearTimeout(this.timer);
    if (this.busy) await this.busy;
    if (!this.plan || this.clashed) return !this.clashed;
    this.busy = this.#send(this.plan);
    const isKept = await this.busy;
    this.busy = null;
    return isKept;
  }

  async #send(plan) {
    try {
      const answer = await fetch(this.words.save, {
        method: "POST",
        body: `{"version":${this.version},"plan":${plan}}`,
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        redirect: "error",
      });
      const said = await answer.json();
      if (!answer.ok) {
        this.clashed = said.clash;
        this.told.refused(said.error);
        return false;
      }
      this.version = said.version;
      if (this.plan === plan) this.plan = null;
      this.told.kept(this.version);
      return true;
    } catch {
      this.told.status(this.words.waiting);
      this.timer = setTimeout(() => this.flush(), RETRY_MS);
      return false;
    }
  }
}
