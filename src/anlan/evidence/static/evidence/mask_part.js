// Which part of a film or a sound the copy holds: from and to, in milliseconds; else all.
export class Part {
  constructor(node, desk, keep) {
    [this.desk, this.keep] = [desk, keep];
    this.fields = [...node.querySelectorAll("[data-part-time]")];
    this.fields.forEach((field, edge) => {
      field.addEventListener("change", () => this.#set(edge, Number(field.value) * 1000));
    });
    for (const one of node.querySelectorAll("[data-part-now]")) {
      one.addEventListener("click", () => this.#set(Number(one.dataset.partNow), desk.moment()));
    }
    node.querySelector("[data-part-whole]").addEventListener("click", () => keep(null));
  }

  show(part) {
    this.part = part ?? [0, this.desk.length];
    this.fields.forEach((field, edge) => {
      if (field !== document.activeElement) field.value = (this.part[edge] / 1000).toFixed(3);
    });
  }

  // An edge that passes the other one pushes it to its end; if nothing is left, it is all.
  #set(edge, moment) {
    const { length } = this.desk;
    const part = [...this.part];
    part[edge] = Math.max(0, Math.min(length, Math.round(moment)));
    if (part[0] >= part[1]) part[1 - edge] = edge ? 0 : length;
    const isAll = part[0] === 0 && part[1] === length;
    this.keep(isAll || part[0] >= part[1] ? null : part);
  }
}
