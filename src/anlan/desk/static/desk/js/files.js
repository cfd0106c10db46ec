// Below the buttons of a form that take files: which were chosen (`data-file-names`).

function name(form) {
  const line = form?.querySelector("[data-file-names]");
  const files = [...(form?.querySelectorAll("input[type=file]") ?? [])].flatMap((one) => [...one.files]);
  if (line) line.textContent = files.map((file) => file.name).join(" · ");
}

document.addEventListener("change", ({ target }) => target.matches("input[type=file]") && name(target.form));
// Chosen while this script was on its way.
document.querySelectorAll("[data-file-names]").forEach((line) => name(line.closest("form")));
