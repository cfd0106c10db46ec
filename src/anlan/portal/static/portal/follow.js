// Somebody who reported a fight stands there and waits: what became of it comes by itself,
// while they look, and until it is over.

const PAUSE = 10000; // milliseconds
const list = document.querySelector("[data-follow]");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(list.dataset.follow, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-follow]");
    if (!fresh) return;
    if (fresh.innerHTML !== list.innerHTML) list.replaceChildren(...fresh.children);
    if ("ended" in fresh.dataset) clearInterval(timer);
  } catch {
    // no network: the next look
  }
}

const timer = list && !("ended" in list.dataset) ? setInterval(look, PAUSE) : 0;
if (timer) {
  document.querySelector("[data-look]").hidden = true;
  document.addEventListener("visibilitychange", look);
}
