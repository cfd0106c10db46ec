// A signature: dark ink on white, whatever the theme, at the resolution of the screen.
// The drawing goes into the hidden field as a PNG; what a refused form brings back is
// shown again, and can only be cleared.

const INK = "#101828";
const PAPER = "#fff";
const WIDTH = 2.6; // of the pen, in CSS pixels
const SHARPEST = 3; // device pixels for each of the screen's; more is only bytes

class SignaturePad extends HTMLElement {
  // Points are parts of the width of the field: a phone that is turned keeps the strokes.
  #strokes = [];
  #before = null; // the picture that came with the page
  #pen = null; // the pointer that draws; a palm beside it does not

  connectedCallback() {
    this.canvas = this.querySelector("canvas");
    this.field = this.querySelector("input");
    this.canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.#draw(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      this.canvas.addEventListener(kind, (event) => this.#end(event));
    }
    this.querySelector("[data-undo]").addEventListener("click", () => {
      this.#strokes.pop();
      this.#keep();
    });
    this.querySelector("[data-clear]").addEventListener("click", () => {
      this.#strokes = [];
      this.#before = null;
      this.#keep();
    });
    this.sizes = new ResizeObserver(() => this.#fit());
    this.sizes.observe(this.canvas);
    if (this.field.value) this.#show(this.field.value);
  }

  disconnectedCallback() {
    this.sizes?.disconnect();
  }

  async #show(source) {
    const picture = new Image();
    picture.src = source;
    await picture.decode().catch(() => {});
    if (!picture.naturalWidth) return;
    this.#before = picture;
    this.querySelector("[data-clear]").disabled = false;
    this.#paint();
  }

  #begin(event) {
    if (this.#pen !== null || event.button !== 0) return;
    event.preventDefault();
    this.#pen = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.#strokes.push([this.#point(event)]);
    this.#paint();
  }

  #draw(event) {
    if (event.pointerId !== this.#pen) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const one of between.length ? between : [event]) {
      this.#strokes.at(-1).push(this.#point(one));
    }
    this.#paint();
  }

  #end(event) {
    if (event.pointerId !== this.#pen) return;
    this.#pen = null;
    this.#keep();
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.width];
  }

  #fit() {
    const sharp = Math.min(devicePixelRatio, SHARPEST);
    const width = Math.round(this.canvas.clientWidth * sharp);
    const height = Math.round(this.canvas.clientHeight * sharp);
    if (!width || (width === this.canvas.width && height === this.canvas.height)) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.#paint();
  }

  #paint() {
    const { width, height, clientWidth } = this.canvas;
    const pen = this.canvas.getContext("2d");
    pen.fillStyle = PAPER;
    pen.fillRect(0, 0, width, height);
    if (this.#before) {
      pen.drawImage(this.#before, 0, 0, width, (width * this.#before.height) / this.#before.width);
    }
    pen.strokeStyle = INK;
    pen.lineWidth = (WIDTH * width) / clientWidth;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of this.#strokes) {
      const [[x, y], ...rest] = stroke.map(([a, b]) => [a * width, b * width]);
      pen.beginPath();
      pen.moveTo(x, y);
      let [fromX, fromY] = [x, y];
      for (const [toX, toY] of rest) {
        pen.quadraticCurveTo(fromX, fromY, (fromX + toX) / 2, (fromY + toY) / 2);
        [fromX, fromY] = [toX, toY];
      }
      pen.lineTo(fromX, fromY);
      pen.stroke();
    }
  }

  #keep() {
    this.#paint();
    const isEmpty = !this.#strokes.length && !this.#before;
    this.field.value = isEmpty ? "" : this.canvas.toDataURL("image/png");
    this.querySelector("[data-undo]").disabled = !this.#strokes.length;
    this.querySelector("[data-clear]").disabled = isEmpty;
  }
}

customElements.define("signature-pad", SignaturePad);
