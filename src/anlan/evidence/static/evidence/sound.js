// The wave of a sound: a click or an arrow key goes to that place of it.

const STEP = 5; // seconds of an arrow
const KEYS = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP };

class SoundWave extends HTMLElement {
  connectedCallback() {
    this.audio = this.querySelector("audio");
    this.wave = this.querySelector(".wave");
    this.wave.addEventListener("click", (event) => {
      const { left, width } = this.wave.getBoundingClientRect();
      this.go(((event.clientX - left) / width) * this.seconds);
    });
    this.wave.addEventListener("keydown", (event) => this.key(event));
    this.audio.addEventListener("timeupdate", () => this.show());
    this.querySelector("[data-speed]").addEventListener("change", (event) => {
      this.audio.playbackRate = Number(event.target.value);
      this.audio.defaultPlaybackRate = this.audio.playbackRate;
    });
  }

  get seconds() {
    return this.audio.duration || Number(this.dataset.seconds);
  }

  go(second) {
    this.audio.currentTime = Math.max(0, Math.min(this.seconds, second));
    this.show();
  }

  key(event) {
    const ends = { Home: 0, End: this.seconds };
    if (event.key in KEYS) this.go(this.audio.currentTime + KEYS[event.key]);
    else if (event.key in ends) this.go(ends[event.key]);
    else if (event.key === " ") this.audio.paused ? this.audio.play() : this.audio.pause();
    else return;
    event.preventDefault();
  }

  show() {
    const share = this.audio.currentTime / this.seconds || 0;
    const heard = this.wave.querySelector(".heard");
    heard.setAttribute("width", share * this.wave.viewBox.baseVal.width);
    this.wave.setAttribute("aria-valuenow", Math.round(this.audio.currentTime));
    this.wave.setAttribute("aria-valuetext", textOf(this.audio.currentTime));
  }
}

function textOf(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

customElements.define("sound-wave", SoundWave);
