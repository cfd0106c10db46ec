// Several cameras on one line of true time. One clock goes; each camera follows it, and it
// waits while one of them has nothing to show yet, so that all show the same moment.

import { Tile } from "./tile.js";

const FIVE = 5000;

class FootagePlayer extends HTMLElement {
  connectedCallback() {
    const text = document.getElementById(this.dataset.content).textContent;
    const { begin, end, start, tracks } = JSON.parse(text);
    Object.assign(this, { begin, end, moment: start, speed: 1, isPlaying: false, isWaiting: false });
    const tileOf = (track) => this.querySelector(`[data-tile="${track.uid}"]`);
    this.tiles = tracks.map((track) => new Tile(tileOf(track), track, this.dataset));
    this.seeker = this.querySelector("[data-seek]");
    this.seeker.max = end - begin;
    this.hidden = false;
    this.listen();
    if (matchMedia("(max-width: 859px)").matches && this.tiles.length > 1) this.enlarge(this.tiles[0]);
    this.frame = requestAnimationFrame(() => this.tick());
  }

  disconnectedCallback() {
    cancelAnimationFrame(this.frame);
  }

  listen() {
    const press = (selector, act) =>
      this.querySelectorAll(selector).forEach((one) => one.addEventListener("click", () => act(one)));
    press("[data-toggle]", () => this.toggle());
    press("[data-step]", (one) => this.stepBy(Number(one.dataset.step)));
    press("[data-sound]", (one) => this.sound(one));
    this.tiles.forEach((tile) => {
      tile.element.querySelector(".pick").addEventListener("click", () => this.enlarge(tile));
    });
    this.addEventListener("click", (event) => {
      const one = event.target.closest("[data-moment]");
      if (one) this.go(Number(one.dataset.moment));
    });
    this.seeker.addEventListener("input", () => this.go(this.begin + Number(this.seeker.value)));
    this.querySelector("[data-speed]").addEventListener("change", (event) => {
      this.go(this.now());
      this.speed = Number(event.target.value);
    });
    // In the capture phase: before htmx reads the form.
    this.addEventListener("submit", (event) => this.fill(event.target), true);
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.pause());
  }

  // Where the clock stands.
  now() {
    if (!this.isPlaying || this.isWaiting) return this.moment;
    return Math.min(this.end, this.moment + (performance.now() - this.since) * this.speed);
  }

  go(moment) {
    this.moment = Math.max(this.begin, Math.min(this.end, moment));
    this.since = performance.now();
  }

  tick() {
    const moment = this.now();
    if (this.isPlaying && moment >= this.end) this.pause();
    const isRunning = this.isPlaying && !this.isWaiting;
    const areReady = this.tiles.map((tile) => tile.follow(moment, this.speed, isRunning)).every(Boolean);
    if (this.isPlaying && this.isWaiting === areReady) {
      this.go(moment); // the clock stands until all are there, and goes on from there
      this.isWaiting = !areReady;
    }
    this.show(moment);
    this.frame = requestAnimationFrame(() => this.tick());
  }

  toggle() {
    if (this.isPlaying) return this.pause();
    if (this.moment >= this.end) this.go(this.begin);
    Object.assign(this, { isPlaying: true, isWaiting: true });
    this.label(this.dataset.pause, "player-pause");
  }

  pause() {
    this.go(this.now());
    Object.assign(this, { isPlaying: false, isWaiting: false });
    this.label(this.dataset.play, "player-play");
  }

  // To the middle of the next picture of the large camera, or of the first with a picture.
  stepBy(count) {
    this.pause();
    const tile = this.large ?? this.tiles.find((one) => one.film) ?? this.tiles[0];
    const base = tile.film?.begin ?? this.begin;
    const place = Math.floor((this.moment - base) / tile.step + 0.001) + count;
    this.go(base + (place + 0.5) * tile.step);
  }

  enlarge(tile) {
    this.large = this.large === tile ? null : tile;
    for (const one of this.tiles) {
      const isLarge = one === this.large;
      one.element.classList.toggle("is-large", isLarge);
      one.element.querySelector(".pick").setAttribute("aria-pressed", String(isLarge));
    }
    for (const field of this.querySelectorAll("[name=recording]")) {
      if (this.large) field.value = this.large.track.uid;
    }
    this.hear();
  }

  sound(button) {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    this.isLoud = isOn;
    this.hear();
  }

  // One camera at a time: several at once are a noise.
  hear() {
    const heard = this.large ?? this.tiles[0];
    for (const tile of this.tiles) tile.video.muted = !(this.isLoud && tile === heard);
  }

  fill(form) {
    if (!form.matches("[data-at-moment]")) return;
    this.pause();
    form.elements.moment.value = Math.round(this.moment);
  }

  key(event) {
    const isTyping = event.target.closest("input:not([type=range]), textarea, select");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.closest("button, a, summary")) return;
    const acts = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.go(this.now() - FIVE),
      ArrowRight: () => this.go(this.now() + FIVE),
      ",": () => this.stepBy(-1),
      ".": () => this.stepBy(1),
    };
    const act = acts[event.key] ?? (this.tiles[event.key - 1] && (() => this.enlarge(this.tiles[event.key - 1])));
    if (!act) return;
    event.preventDefault();
    act();
  }

  label(text, icon) {
    const button = this.querySelector("[data-toggle]");
    button.querySelector("span").textContent = text;
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
  }

  show(moment) {
    const share = (moment - this.begin) / (this.end - this.begin);
    const line = this.querySelector("[data-now]");
    line.setAttribute("x1", share * 10000);
    line.setAttribute("x2", share * 10000);
    put(this.querySelector("[data-true]"), clockOf(moment));
    put(this.querySelector("[data-said]"), this.isWaiting ? this.dataset.waiting : "");
    for (const tile of this.tiles) put(tile.clock, clockOf(moment + tile.track.offset));
    if (document.activeElement !== this.seeker || this.isPlaying) this.seeker.value = moment - this.begin;
    const said = clockOf(moment).slice(0, 8);
    if (this.seeker.ariaValueText !== said) this.seeker.ariaValueText = said;
  }
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Beijing's time, as everywhere: cameras stand there, whoever looks may not.
function clockOf(moment) {
  return new Date(moment + 8 * 3600 * 1000).toISOString().slice(11, 23);
}

customElements.define("footage-player", FootagePlayer);
