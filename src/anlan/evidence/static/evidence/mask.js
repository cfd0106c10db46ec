// Masking: a film, picture or sound, boxes over it, and their draft on the server.
import { Draft } from "./mask_draft.js";
import { Part } from "./mask_part.js";
import { setPlace } from "./mask_plan.js";
import { Row } from "./mask_rows.js";
import { Stage } from "./mask_stage.js";

const root = document.querySelector("[data-mask]");
const words = root.dataset;
const find = (selector) => root.querySelector(selector);
const media = find("[data-media]");
const form = find("[data-make]");
const isFilm = words.mask === "video";
const [width, height, length] = [words.width, words.height, words.length].map(Number);
const step = Number(words.step) / 1e6;

let plan = JSON.parse(document.getElementById("mask-plan").textContent);
let chosen = null;
let moment = 0;
let rows = [];
const before = []; // plans, to be taken back

const draft = new Draft(words, form.elements.csrfmiddlewaretoken.value, {
  status: (text) => (find("[data-status]").textContent = text),
  refused: (text) => complain(text),
  kept: (version) => {
    form.elements.version.value = version;
    complain("");
    find("[data-status]").textContent = words.saved;
  },
});

function complain(text) {
  const place = find("[data-error]");
  place.textContent = text;
  place.hidden = !text;
  if (text) find("[data-status]").textContent = "";
}

const desk = {
  width,
  height,
  length,
  moment: () => (words.mask === "audio" ? Math.round(media.currentTime * 1000) : moment),
  choose(one) {
    if (one === chosen) return;
    chosen = one;
    paint();
  },
  change(work) {
    before.push(JSON.stringify(plan));
    work();
    draft.changed(plan);
    build();
  },
  remove(one) {
    this.change(() => {
      for (const list of [plan.boxes, plan.spans]) {
        if (list.includes(one)) list.splice(list.indexOf(one), 1);
      }
    });
  },
};

const stage = find("[data-stage]") && new Stage(find("[data-stage]"), {
  width,
  height,
  told: {
    chosen: (box) => desk.choose(box),
    held: () => isFilm && media.pause(),
    placed(box, place) {
      desk.change(() => {
        const one = box ?? addBox();
        setPlace(one, moment, place);
        chosen = one;
      });
    },
  },
});

const part = find("[data-part]") && new Part(find("[data-part]"), desk, (kept) => {
  desk.change(() => {
    delete plan.part;
    if (kept) plan.part = kept;
  });
});

function addBox() {
  const box = { label: "face", fill: "solid", begin: moment, end: length, keys: [] };
  plan.boxes.push(box);
  return box;
}

function build() {
  rows = [];
  for (const [list, name] of [["[data-list]", "box"], ["[data-spans]", "span"]]) {
    const place = find(list);
    if (!place) continue;
    const ones = name === "box" ? plan.boxes : plan.spans;
    const made = ones.map((one) => new Row(find(`template[data-${name}-row]`), one, desk));
    place.replaceChildren(...made.map((row) => row.node));
    rows.push(...made.map((row, n) => [row, n + 1]));
  }
  paint();
}

function paint() {
  rows.forEach(([row, number]) => row.show(number, row.one === chosen));
  const preview = find("[data-preview-switch]")?.checked ?? false;
  stage?.paint({ boxes: plan.boxes, moment, chosen, preview });
  part?.show(plan.part);
  const undo = find("[data-undo]");
  if (undo) undo.disabled = !before.length;
  const nothing = find("[data-nothing]");
  if (nothing) nothing.hidden = plan.boxes.length > 0;
  for (const one of root.querySelectorAll("[data-sound]")) one.checked = one.value === plan.sound;
}

function undo() {
  if (!before.length) return;
  plan = JSON.parse(before.pop());
  chosen = null;
  draft.changed(plan);
  build();
}

// The moment of the picture that is shown, as the browser says it.
function follow() {
  const show = (at) => {
    moment = Math.max(0, Math.min(length, Math.round(at * 1000)));
    find("[data-slider]").value = moment;
    find("[data-moment]").textContent = (moment / 1000).toFixed(3);
    paint();
  };
  const next = (_now, picture) => {
    show(picture.mediaTime);
    media.requestVideoFrameCallback(next);
  };
  if (media.requestVideoFrameCallback) media.requestVideoFrameCallback(next);
  else media.addEventListener("timeupdate", () => show(media.currentTime));
  const button = find("[data-play-button] span");
  const name = () => (button.textContent = media.paused ? words.play : words.pause);
  for (const kind of ["play", "pause", "ended"]) media.addEventListener(kind, name);
  find("[data-play-button]").addEventListener("click", () => {
    if (media.paused) media.play();
    else media.pause();
  });
  find("[data-slider]").addEventListener("input", (event) => {
    media.currentTime = Number(event.target.value) / 1000;
  });
  for (const one of root.querySelectorAll("[data-step-by]")) {
    one.addEventListener("click", () => {
      media.pause();
      const at = moment / 1000 + Number(one.dataset.stepBy) * step + 0.001;
      media.currentTime = Math.max(0, Math.min(length / 1000, at));
    });
  }
}

for (const one of root.querySelectorAll("[data-needs-script]")) one.hidden = false;
if (isFilm) follow();
find("[data-undo]")?.addEventListener("click", undo);
find("[data-preview-switch]")?.addEventListener("change", paint);
find("[data-add-box]")?.addEventListener("click", () => {
  desk.change(() => {
    const place = [width * 0.4, height * 0.4, width * 0.2, height * 0.2].map(Math.round);
    setPlace((chosen = addBox()), moment, place);
  });
});
find("[data-add-span]")?.addEventListener("click", () => {
  desk.change(() => {
    const begin = Math.min(desk.moment(), length - 1);
    plan.spans.push({ begin, end: Math.min(length, begin + 1000), fill: "silent" });
    if (isFilm) plan.sound = "kept";
  });
});
root.addEventListener("change", (event) => {
  if ("sound" in event.target.dataset) desk.change(() => (plan.sound = event.target.value));
});
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.closest("input")) undo();
});
form.addEventListener("submit", async (event) => {
  if (!draft.plan) return;
  event.preventDefault();
  if (await draft.flush()) form.requestSubmit();
});
addEventListener("pagehide", () => draft.flush());
build();
