// The room's sheet: what htmx puts into it is shown over the page; after a change, or when
// it is closed, it is empty again.

const sheet = document.getElementById("sheet");

document.addEventListener("htmx:after:swap", () => {
  if (sheet.childElementCount && !sheet.open) sheet.showModal();
});

// Emptied at once: the event of the closing comes later, and a panel swapped in between
// would find something to show again.
// Only of what was asked here: an answer that comes late must not close another sheet.
document.addEventListener("room:done", ({ target }) => {
  if (!sheet.contains(target)) return;
  sheet.replaceChildren();
  sheet.close();
});

sheet.addEventListener("close", () => sheet.replaceChildren());
