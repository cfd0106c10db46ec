// Keys for people who live in this screen. None of them works while typing.

const typing = (target) => target.closest("input, textarea, select, dialog[open], [contenteditable]");
let before = "";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = event.key;
  const field = { "/": "[data-search], [type=search]", n: ".composer .input" }[key];
  if (field && document.querySelector(field)) {
    event.preventDefault();
    document.querySelector(field).focus();
  } else if (key === "/") {
    event.preventDefault();
    document.querySelector("nav a[href='/search/']")?.click(); // a page without a field
  } else if (key === "?") {
    document.getElementById("shortcuts")?.showModal();
  } else if (before === "g" && key === "h") {
    document.querySelector(".side .brand")?.click();
  }
  before = key;
});
