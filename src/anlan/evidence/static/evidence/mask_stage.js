// The picture with its boxes: drawn, moved and resized by mouse, pen or finger.
import { fitted, placeAt } from "./mask_plan.js";

const SVG = "http://www.w3.org/2000/svg";
const GRIP = 26; // of the screen, for a finger
const BLOCKS = 6; // as drawing.py has it

export class Stage {
  // ``told`` hears chosen(box) and placed(box or null, place) when the hand lets go.
  constructor(root, { width, height, told }) {
    [this.width, this.height, this.told] = [width, height, told];
    this.svg = root.querySelector("[data-boxes]");
    this.canvas = root.querySelector("[data-preview]");
    this.media = root.querySelector("[data-media]");
    this.svg.addEventListener("pointerdown", (event) => this.#begin(event));
    this.svg.addEventListener("pointermove", (event) => this.#move(event));
    this.svg.addEventListener("pointerup", (event) => this.#end(event));
    this.svg.addEventListener("pointercancel", () => this.#drop());
    new ResizeObserver(() => this.paint(this.shown)).observe(this.svg);
  }

  // All that is to be seen: boxes, the moment, the chosen one, and whether it is a preview.
  paint(shown) {
    if (!shown) return;
    this.shown = shown;
    this.svg.replaceChildren();
    this.svg.classList.toggle("as-made", shown.preview);
    const grip = GRIP * this.#scale();
    for (const box of shown.boxes) {
      const place = this.hand?.box === box ? this.hand.place : placeAt(box, shown.moment);
      if (!place) continue;
      const isChosen = box === shown.chosen;
      this.#rect(place, `cover ${box.fill}${isChosen ? " chosen" : ""}`).box = box;
      const [left, top, width, height] = place;
      if (!isChosen || shown.preview) continue;
      const side = Math.min(grip, Math.max(width, height));
      const corner = [left + width - side / 2, top + height - side / 2, side, side];
      Object.assign(this.#rect(corner, "corner"), { box, isGrip: true });
    }
    if (this.hand && !this.hand.box) this.#rect(this.hand.place, "cover solid chosen");
    this.#preview();
  }

  #rect([x, y, width, height], name) {
    const rect = document.createElementNS(SVG, "rect");
    for (const [key, value] of Object.entries({ x, y, width, height, class: name })) {
      rect.setAttribute(key, value);
    }
    this.svg.append(rect);
    return rect;
  }

  #scale() {
    return this.width / (this.svg.getBoundingClientRect().width || this.width);
  }

  #point(event) {
    const area = this.svg.getBoundingClientRect();
    const part = (at, size) => Math.max(0, Math.min(1, at / size));
    return [
      part(event.clientX - area.left, area.width) * this.width,
      part(event.clientY - area.top, area.height) * this.height,
    ];
  }

  #begin(event) {
    if (this.hand || event.button !== 0 || this.shown.preview) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    const { box, isGrip } = event.target;
    const from = this.#point(event);
    const start = box ? placeAt(box, this.shown.moment) : [...from, 0, 0];
    this.hand = { id: event.pointerId, box, isGrip, from, start, place: start };
    if (box) this.told.chosen(box);
    this.told.held();
  }

  #move(event) {
    if (event.pointerId !== this.hand?.id) return;
    const [x, y] = this.#point(event);
    const { box, isGrip, from, start } = this.hand;
    const [left, top, width, height] = start;
    const [dx, dy] = [x - from[0], y - from[1]];
    let place = [Math.min(x, from[0]), Math.min(y, from[1]), Math.abs(dx), Math.abs(dy)];
    if (isGrip) place = [left, top, width + dx, height + dy];
    else if (box) place = [left + dx, top + dy, width, height];
    this.hand.place = fitted(place, this.width, this.height);
    this.hand.hasMoved ||= Math.hypot(dx, dy) > 3 * this.#scale();
    this.paint(this.shown);
  }

  #end(event) {
    if (event.pointerId !== this.hand?.id) return;
    const { box, place, hasMoved } = this.hand;
    this.hand = null;
    if (hasMoved) this.told.placed(box ?? null, place);
    else this.paint(this.shown);
  }

  #drop() {
    this.hand = null;
    this.paint(this.shown);
  }

  // As the copy will look: black, or a few large blocks.
  #preview() {
    const area = this.svg.getBoundingClientRect();
    Object.assign(this.canvas, { width: area.width, height: area.height });
    if (!this.shown.preview) return;
    const pen = this.canvas.getContext("2d");
    const scale = area.width / this.width;
    const seen = (this.media.videoWidth || this.media.naturalWidth) / this.width;
    pen.imageSmoothingEnabled = false;
    for (const box of this.shown.boxes) {
      const place = placeAt(box, this.shown.moment);
      if (!place) continue;
      const there = place.map((side) => side * scale);
      if (box.fill === "solid") pen.fillRect(...there);
      else pen.drawImage(coarse(this.media, place.map((side) => side * seen)), ...there);
    }
  }
}

function coarse(media, [x, y, width, height]) {
  const block = Math.max(1, Math.max(width, height) / BLOCKS);
  const small = document.createElement("canvas");
  small.width = Math.ceil(width / block);
  small.height = Math.ceil(height / block);
  small.getContext("2d").drawImage(media, x, y, width, height, 0, 0, small.width, small.height);
  return small;
}
