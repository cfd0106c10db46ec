// One camera of the player: shows the film that has the moment, and keeps to it. A film
// that runs ahead or behind is slowed or hurried by a few parts in a hundred, which nobody
// sees; one that is far away jumps.

const FAR = 0.3; // seconds
const NEAR = 0.003;
const STEADY = 150; // milliseconds between two corrections
const GAIN = 1.5; // of the distance a second
const MOST = 0.2; // of the speed

export class Tile {
  constructor(element, track, words) {
    Object.assign(this, { element, track, words, film: null, corrected: 0 });
    this.video = element.querySelector("video");
    this.none = element.querySelector(".none");
    this.clock = element.querySelector("[data-shown]");
    this.video.addEventListener("error", () => this.film && this.say(words.refused));
  }

  filmAt(moment) {
    return this.track.films.find((film) => film.begin <= moment && moment < film.end);
  }

  // Milliseconds of a picture; where nothing plays, of an ordinary one.
  get step() {
    return this.film?.step ?? 40;
  }

  // How far its picture is from the moment, in milliseconds.
  drift(moment) {
    return this.film ? this.video.currentTime * 1000 + this.film.begin - moment : null;
  }

  // Why there is no picture; nothing if there is one.
  missing(moment, film) {
    const within = ([begin, end]) => begin <= moment && moment < end;
    const [from, to] = this.track.wanted;
    if (film ? film.holes.some(within) : this.track.gaps.some(within)) return this.words.gap;
    if (film) return "";
    return moment < from || moment >= to ? this.words.outside : this.words.unmade;
  }

  say(text) {
    this.none.textContent = text;
    this.none.hidden = !text;
    this.element.classList.toggle("is-missing", text === this.words.gap);
  }

  // Go on to the moment; returns whether it shows it, or has nothing to show.
  follow(moment, speed, isRunning) {
    const film = this.filmAt(moment);
    if (film !== this.film) this.change(film);
    if (this.video.error) return true;
    const missing = this.missing(moment, film);
    this.say(missing);
    if (!film || missing) {
      this.video.pause();
      return true;
    }
    return isRunning ? this.run(moment, speed) : this.stand(moment);
  }

  change(film) {
    this.film = film;
    this.video.pause();
    if (film) {
      this.video.src = film.url;
    } else {
      this.video.removeAttribute("src");
      this.video.load();
    }
  }

  stand(moment) {
    const { video } = this;
    const at = (moment - this.film.begin) / 1000;
    if (!video.paused) video.pause();
    if (video.readyState < 1) return false;
    if (!video.seeking && Math.abs(video.currentTime - at) > 0.001) video.currentTime = at;
    const enough = video.duration - at < 0.5 ? 2 : 3; // nothing comes behind the last picture
    return !video.seeking && video.readyState >= enough;
  }

  run(moment, speed) {
    const { video } = this;
    const at = (moment - this.film.begin) / 1000;
    if (video.ended || video.duration - at < 0.1) return true; // its last picture stays
    if (video.readyState < 3 || video.seeking) return false;
    const drift = video.currentTime - at;
    if (Math.abs(drift) > FAR * Math.max(1, speed)) {
      video.currentTime = at;
      return false;
    }
    this.correct(drift, speed);
    if (video.paused) video.play().catch(() => {});
    return true;
  }

  correct(drift, speed) {
    const now = performance.now();
    if (now - this.corrected < STEADY) return;
    this.corrected = now;
    const change = Math.abs(drift) < NEAR ? 0 : Math.max(-MOST, Math.min(MOST, drift * GAIN));
    const rate = Math.round(speed * (1 - change) * 1000) / 1000;
    if (this.video.playbackRate !== rate) this.video.playbackRate = rate;
  }
}
