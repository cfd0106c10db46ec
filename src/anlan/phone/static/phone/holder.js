// Who holds this phone. A page that was kept from before the handover names somebody who
// has gone, and without a network nobody can be asked. So the newest word counts: of a
// page by the server's clock when it was made, of the server at once.
const SHELF = "anlan-holder";
const page = {
  user: document.querySelector("[data-outbox-chip]")?.dataset.user ?? "",
  at: Number(document.body.dataset.now),
};
let known = page;

function last() {
  try {
    return JSON.parse(localStorage.getItem(SHELF)) ?? known;
  } catch {
    return known; // a browser that keeps nothing keeps no old pages either
  }
}

function remember(said) {
  known = said;
  try {
    localStorage.setItem(SHELF, JSON.stringify(said));
  } catch {
    // as above
  }
}

// The uid of whoever holds it, as far as is known here.
export const holder = () => last().user;

// The server named them just now.
export function isHeldBy(user) {
  if (user !== holder()) remember({ user, at: last().at + 1 });
}

if (page.user && page.at >= last().at) remember(page);
