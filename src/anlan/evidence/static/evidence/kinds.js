// Of a form whose fields depend on a kind, shows those of the kind that is chosen.

for (const form of document.querySelectorAll("[data-by-kind]")) {
  const kind = form.elements[form.dataset.byKind];
  const show = () => {
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(kind.value);
    }
  };
  kind.addEventListener("change", show);
  show();
}
