// Records a voice with the microphone of the device into the form's file field. It cannot
// be paused: a recording that has no gaps needs nobody's word for it. Where there is no
// microphone, or the page came without encryption, the file field stays as it is.

const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const BITS = 48000; // of a second; a voice is clear, and an hour fits into one upload
const MOST = 24 * 1024 * 1024; // bytes, a little below what is taken

class SoundRecorder extends HTMLElement {
  #parts = [];
  #size = 0;

  connectedCallback() {
    this.field = this.querySelector("input[type=file]");
    this.type = globalThis.MediaRecorder && TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    if (!navigator.mediaDevices || !this.type) return;
    this.part("panel").hidden = false;
    this.part("start").addEventListener("click", () => this.start());
    this.part("stop").addEventListener("click", () => this.recorder.stop());
    this.field.addEventListener("change", () => this.forget());
    addEventListener("beforeunload", (event) => this.isRecording && event.preventDefault());
    this.field.form.addEventListener("submit", (event) => this.stay(event));
    this.field.addEventListener("invalid", (event) => this.stay(event));
  }

  // What is being said would be lost.
  stay(event) {
    if (!this.isRecording) return;
    event.preventDefault();
    this.say(this.dataset.running);
  }

  disconnectedCallback() {
    if (this.isRecording) this.recorder.stop();
    this.forget();
  }

  part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  say(text, isWrong = false) {
    this.part("state").textContent = text;
    this.part("state").classList.toggle("error", isWrong);
  }

  get isRecording() {
    return this.recorder?.state === "recording";
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      this.say(error.name === "NotAllowedError" ? this.dataset.denied : this.dataset.none, true);
      return;
    }
    this.forget();
    this.#parts = [];
    this.#size = 0;
    this.recorder = new MediaRecorder(this.stream, { mimeType: this.type, audioBitsPerSecond: BITS });
    this.recorder.addEventListener("dataavailable", (event) => this.take(event.data));
    this.recorder.addEventListener("stop", () => this.finish());
    this.recorder.start(1000);
    this.began = new Date();
    this.stayAwake();
    this.meter();
    this.show();
    this.say(this.dataset.going);
  }

  // A phone that goes to sleep stops listening. Some browsers never answer: nobody waits.
  async stayAwake() {
    this.lock = await navigator.wakeLock?.request("screen").catch(() => null);
    if (!this.isRecording) this.lock?.release();
  }

  take(part) {
    this.#parts.push(part);
    this.#size += part.size;
    if (this.#size > MOST && this.isRecording) {
      this.isFull = true;
      this.recorder.stop();
    }
  }

  // The loudness, so that a microphone that hears nothing is seen before the talk.
  meter() {
    this.sound = new AudioContext();
    const ear = this.sound.createAnalyser();
    this.sound.createMediaStreamSource(this.stream).connect(ear);
    const wave = new Float32Array(ear.fftSize);
    this.turn = setInterval(() => {
      ear.getFloatTimeDomainData(wave);
      const loud = Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length);
      this.part("loud").value = Math.min(1, loud * 4);
      this.part("time").textContent = clock((Date.now() - this.began) / 1000);
    }, 200);
  }

  finish() {
    clearInterval(this.turn);
    this.sound.close();
    this.lock?.release();
    for (const track of this.stream.getTracks()) track.stop();
    const [type] = this.type.split(";");
    const end = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" }[type];
    const name = `${this.dataset.name} ${stamp(this.began)}.${end}`;
    const held = new DataTransfer();
    held.items.add(new File(this.#parts, name, { type }));
    this.field.files = held.files;
    this.heard = URL.createObjectURL(held.files[0]);
    this.part("listen").src = this.heard;
    this.show();
    this.say(this.isFull ? this.dataset.full : this.dataset.done);
    this.isFull = false;
  }

  forget() {
    if (this.heard) URL.revokeObjectURL(this.heard);
    this.heard = null;
    this.part("listen").removeAttribute("src");
    this.show();
  }

  show() {
    this.part("stop").hidden = !this.isRecording;
    this.part("loud").hidden = !this.isRecording;
    this.part("start").hidden = this.isRecording;
    this.part("start").querySelector("span").textContent = this.heard ? this.dataset.again : this.dataset.fresh;
    this.part("listen").hidden = !this.heard;
  }
}

const two = (number) => String(Math.floor(number)).padStart(2, "0");
const clock = (seconds) => `${two(seconds / 60)}:${two(seconds % 60)}`;

function stamp(time) {
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("");
  return `${day}-${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}

customElements.define("sound-recorder", SoundRecorder);
