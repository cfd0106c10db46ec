// Looking at a photo closely: larger, moved, turned. Only the view changes, never the photo.

const LARGER = 1.25;
const MOST = 8;
const MOVE = 60; // points of an arrow key

class PhotoViewer extends HTMLElement {
  connectedCallback() {
    this.image = this.querySelector("img");
    this.frame = this.querySelector(".frame");
    this.reset();
    this.querySelector(".btns").hidden = false;
    const acts = {
      larger: () => this.zoom(LARGER),
      smaller: () => this.zoom(1 / LARGER),
      turn: () => this.turn(),
      reset: () => this.reset(),
    };
    for (const button of this.querySelectorAll("[data-act]")) {
      button.addEventListener("click", acts[button.dataset.act]);
    }
    this.frame.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && this.scale === 1 && event.deltaY > 0) return; // the page scrolls
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? LARGER : 1 / LARGER);
    }, { passive: false });
    this.frame.addEventListener("pointerdown", (event) => this.drag(event));
    this.frame.addEventListener("keydown", (event) => this.key(event, acts));
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0, angle: 0 });
    this.show();
  }

  zoom(by) {
    this.scale = Math.max(1, Math.min(MOST, this.scale * by));
    if (this.scale === 1) Object.assign(this, { x: 0, y: 0 });
    this.show();
  }

  turn() {
    this.angle = (this.angle + 90) % 360;
    this.show();
  }

  move(x, y) {
    if (this.scale === 1) return;
    const { width, height } = this.frame.getBoundingClientRect();
    const within = (value, size) => Math.max(-size, Math.min(size, value));
    this.x = within(this.x + x, (width * this.scale) / 2);
    this.y = within(this.y + y, (height * this.scale) / 2);
    this.show();
  }

  drag(start) {
    if (this.scale === 1) return; // a finger scrolls the page
    start.preventDefault();
    let { clientX: x, clientY: y } = start;
    const moved = (event) => {
      this.move(event.clientX - x, event.clientY - y);
      ({ clientX: x, clientY: y } = event);
    };
    const ended = () => {
      removeEventListener("pointermove", moved);
      removeEventListener("pointerup", ended);
      removeEventListener("pointercancel", ended);
    };
    addEventListener("pointermove", moved);
    addEventListener("pointerup", ended);
    addEventListener("pointercancel", ended);
  }

  key(event, acts) {
    const follow = (name) => () => this.querySelector(`[rel=${name}]`)?.click();
    const arrows = this.scale > 1
      ? { ArrowLeft: () => this.move(MOVE, 0), ArrowRight: () => this.move(-MOVE, 0), ArrowUp: () => this.move(0, MOVE), ArrowDown: () => this.move(0, -MOVE) }
      : { ArrowLeft: follow("prev"), ArrowRight: follow("next") };
    const act = { "+": acts.larger, "=": acts.larger, "-": acts.smaller, r: acts.turn, 0: acts.reset, ...arrows }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  show() {
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) rotate(${this.angle}deg) scale(${this.scale})`;
    this.frame.classList.toggle("is-large", this.scale > 1);
    this.querySelector("[data-scale]").textContent = `${Math.round(this.scale * 100)} %`;
  }
}

customElements.define("photo-viewer", PhotoViewer);
