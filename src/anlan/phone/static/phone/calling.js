// Whoever dialled 110 or 120 comes back to the words they said and the question how it went,
// also where the page, or this part of it, was fetched anew meanwhile. Whoever holds the
// phone after them did not dial.
import { holder } from "./holder.js";

const SHELF = "anlan-dialled";
let known = { user: "", ids: [] };

function dialled() {
  try {
    known = JSON.parse(sessionStorage.getItem(SHELF)) ?? known;
  } catch {
    // a browser that keeps nothing asks as long as the page lives
  }
  return known.user === holder() ? known.ids : [];
}

function remember(id, isAsked) {
  const others = dialled().filter((one) => one !== id);
  known = { user: holder(), ids: isAsked ? [...others, id] : others };
  try {
    sessionStorage.setItem(SHELF, JSON.stringify(known));
  } catch {
    // as above
  }
}

function questions() {
  const ids = dialled();
  return [...document.querySelectorAll("[data-dialled]")].filter((part) => ids.includes(part.id));
}

function ask() {
  for (const part of questions()) part.open = true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dials]");
  const summary = event.target.closest("[data-dialled] > summary");
  if (link) remember(link.dataset.dials, true);
  // Closed by hand: it was not that number after all. Opened by hand: somebody reads them
  // out, and goes on in the part that comes anew.
  if (summary) remember(summary.parentElement.id, !summary.parentElement.open);
  if (link) ask();
});
document.addEventListener("submit", (event) => {
  const part = event.target.closest("[data-dialled]");
  if (part) remember(part.id, false);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) questions()[0]?.scrollIntoView({ block: "nearest" });
});
document.querySelectorAll("[data-live-page], [data-live-refresh]").forEach((part) => {
  new MutationObserver(ask).observe(part.parentElement, { childList: true });
});
ask();
