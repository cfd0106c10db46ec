// A camera gives one photo at a time, and choosing anew forgets the one before: here they
// stay together, each shown small and with a button that leaves it out again.

function collect(field) {
  const inputs = [...field.querySelectorAll("input[type=file]")];
  const list = field.querySelector("[data-previews]");
  const line = field.querySelector("template").content.firstElementChild;
  let photos = [];

  function hold(chosen) {
    photos = chosen;
    const held = new DataTransfer();
    for (const photo of photos) held.items.add(photo);
    // All in the first input; the others are only further ways to choose.
    inputs.forEach((input, number) => (input.files = number ? new DataTransfer().files : held.files));
    for (const picture of list.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
    list.replaceChildren(...photos.map(shown));
  }

  function shown(photo) {
    const row = line.cloneNode(true);
    const picture = row.querySelector("img");
    picture.src = URL.createObjectURL(photo);
    picture.alt = photo.name;
    row.querySelector("button").addEventListener("click", () => hold(photos.filter((one) => one !== photo)));
    return row;
  }

  for (const input of inputs) {
    input.addEventListener("change", () => hold([...photos, ...input.files]));
  }
  const early = inputs.flatMap((input) => [...input.files]); // chosen before this script came
  if (early.length) hold(early);
}

document.querySelectorAll("[data-photos]").forEach(collect);
