// A menu is a <details>: it works without this. Here it also closes by a click beside it,
// by the choice of an item and by Escape, which give the focus back.

const open = () => document.querySelectorAll("details[data-menu][open]");

function close(menu) {
  menu.open = false;
  menu.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  for (const menu of open()) {
    if (!menu.contains(event.target)) menu.open = false;
    else if (event.target.closest(".item")) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  open().forEach(close);
});
