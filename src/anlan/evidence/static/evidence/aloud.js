// Reads a statement out, sentence by sentence, and marks the one that is heard. A browser
// without a Chinese voice says so: then a person reads.

class ReadAloud extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.sentences = [...this.querySelectorAll("[data-sentence]")];
    this.button.addEventListener("click", () => (this.isReading ? this.stop() : this.start()));
    this.voices = globalThis.speechSynthesis;
    this.voices?.addEventListener?.("voiceschanged", () => this.offer());
    addEventListener("pagehide", () => this.voices?.cancel());
    this.offer();
  }

  get voice() {
    const found = this.voices?.getVoices() ?? [];
    return found.find((one) => one.lang.replace("_", "-") === "zh-CN") ?? found.find((one) => one.lang.startsWith("zh"));
  }

  offer() {
    const can = Boolean(this.voice);
    this.button.hidden = !can;
    this.querySelector("[role=status]").textContent = can ? "" : this.dataset.none;
  }

  start() {
    this.isReading = true;
    this.label(this.dataset.stop);
    this.read(0);
  }

  read(place) {
    const sentence = this.sentences[place];
    if (!this.isReading || !sentence) return this.stop();
    const spoken = new SpeechSynthesisUtterance(sentence.querySelector("span").textContent);
    Object.assign(spoken, { voice: this.voice, lang: "zh-CN", rate: 0.9 });
    spoken.onend = () => this.read(place + 1);
    spoken.onerror = () => this.stop();
    this.mark(sentence);
    this.voices.speak(spoken);
  }

  mark(sentence) {
    this.querySelector(".is-read")?.classList.remove("is-read");
    sentence?.classList.add("is-read");
    sentence?.scrollIntoView({ block: "nearest" });
  }

  stop() {
    this.isReading = false;
    this.voices.cancel();
    this.mark(null);
    this.label(this.dataset.start);
  }

  label(text) {
    this.button.querySelector("span").textContent = text;
  }
}

customElements.define("read-aloud", ReadAloud);
