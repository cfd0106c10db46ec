// One row for each box or span: every place and time can be typed.
import { fitted, forgetPlace, placeAt, setPlace, setTime } from "./mask_plan.js";

const seconds = (ms) => (ms / 1000).toFixed(3);

export class Row {
  // ``desk`` gives moment() and length, and hears change(work) and choose(one).
  constructor(template, one, desk) {
    [this.one, this.desk] = [one, desk];
    this.node = template.content.firstElementChild.cloneNode(true);
    this.node.addEventListener("change", (event) => this.#typed(event.target));
    this.node.addEventListener("click", (event) => {
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (act) this.#act(act);
    });
    this.node.addEventListener("focusin", () => desk.choose(one));
  }

  show(number, isChosen) {
    const { one, node } = this;
    const set = (selector, value) => {
      const field = node.querySelector(selector);
      if (field && field !== document.activeElement) field.value = value;
    };
    node.querySelector("[data-title]").textContent = number;
    node.classList.toggle("chosen", isChosen);
    set("[data-field=label]", one.label);
    set("[data-field=fill]", one.fill);
    for (const name of ["begin", "end"]) set(`[data-time=${name}]`, seconds(one[name]));
    if (!one.keys) return;
    const isText = !["face", "other"].includes(one.label);
    node.querySelector("[data-field=fill] [value=pixels]").disabled = isText;
    const place = placeAt(one, this.desk.moment()) ?? one.keys[0].slice(1);
    place.forEach((side, n) => set(`[data-place="${n}"]`, side));
    const keys = node.querySelector("[data-keys]");
    if (keys) keys.textContent = one.keys.map((key) => seconds(key[0])).join(" · ");
  }

  #typed(field) {
    const { one, desk } = this;
    const { field: name, time, place } = field.dataset;
    if (name) {
      desk.change(() => {
        one[name] = field.value;
        if (one.keys && !["face", "other"].includes(one.label)) one.fill = "solid";
      });
    } else if (time) this.#time(time, Math.round(Number(field.value) * 1000));
    else if (place) {
      const now = placeAt(one, desk.moment()) ?? one.keys[0].slice(1);
      now[Number(place)] = Number(field.value) || 0;
      desk.change(() => setPlace(one, desk.moment(), fitted(now, desk.width, desk.height)));
    }
  }

  #time(name, ms) {
    const { one, desk } = this;
    const moment = Math.max(0, Math.min(desk.length, ms || 0));
    desk.change(() => {
      if (one.keys) setTime(one, name, moment, desk.length);
      else one[name] = moment;
    });
  }

  #act(act) {
    const { one, desk } = this;
    if (act === "delete") desk.remove(one);
    else if (act === "forget") desk.change(() => forgetPlace(one, desk.moment()));
    else this.#time(act, desk.moment());
  }
}
