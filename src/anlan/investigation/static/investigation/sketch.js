// A sketch: a click on the picture says where the next pin goes; a pin that has the focus
// is moved with the arrow keys, and kept where it is when the keys come to rest.

const FULL = 1000; // of either side
const HEIGHT = 750; // of the drawing
const STEP = 10;
const REST = 600; // milliseconds
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const within = (value) => Math.max(0, Math.min(FULL, Math.round(value)));

function start(root) {
  const drawing = root.querySelector("svg.sketch");
  const form = root.querySelector("[data-form]");
  const waiting = new Map();

  drawing.addEventListener("click", (event) => {
    if (event.target.closest("[data-pin]")) return;
    const box = drawing.getBoundingClientRect();
    form.elements.x.value = within(((event.clientX - box.left) / box.width) * FULL);
    form.elements.y.value = within(((event.clientY - box.top) / box.height) * FULL);
  });

  drawing.addEventListener("keydown", (event) => {
    const pin = event.target.closest("[data-pin]");
    const way = WAYS[event.key];
    if (!pin || !way) return;
    event.preventDefault();
    const place = root.querySelector(`[data-place="${pin.dataset.pin}"]`);
    const { x, y } = place.elements;
    const step = event.shiftKey ? 1 : STEP;
    x.value = within(Number(x.value) + way[0] * step);
    y.value = within(Number(y.value) + way[1] * step);
    const top = Math.floor((y.value * HEIGHT) / FULL);
    pin.querySelector(".pin").setAttribute("transform", `translate(${x.value} ${top})`);
    clearTimeout(waiting.get(place));
    waiting.set(place, setTimeout(() => keep(place), REST));
  });
}

// What is refused, or lost on the way, is sent as the form sends it: the page then says why.
async function keep(place) {
  const answer = await fetch(place.action, { method: "POST", body: new FormData(place) }).catch(
    () => null,
  );
  if (!answer?.ok) place.requestSubmit();
}

for (const root of document.querySelectorAll("[data-sketch]")) start(root);
