// Somebody who reported a fight stands there and waits: what became of it comes by itself,
// while they look, and until it is over. Where it does not come any more they are told, and
// from when that is which they see.

const PAUSE = 10000; // milliseconds
const PATIENCE = 2; // looks without an answer before it is said
const list = document.querySelector("[data-follow]");
const button = document.querySelector("[data-look]");
const lost = button?.querySelector("[data-lost]");
let answeredAt = new Date();
let failures = 0;

// Only rows that differ: who hears the page is told what is new, not all of it again.
function put(fresh) {
  const shown = list.querySelectorAll("ol, ul"); // what happened, and what was promised
  fresh.querySelectorAll("ol, ul").forEach((one, number) => {
    if (shown[number]) putRows(shown[number], [...one.children]);
    else list.append(one);
  });
}

function putRows(shown, rows) {
  rows.forEach((row, number) => {
    const before = shown.children[number];
    if (!before) shown.append(row);
    else if (before.outerHTML !== row.outerHTML) before.replaceWith(row);
  });
  while (shown.children.length > rows.length) shown.lastElementChild.remove();
}

function show(isAnswered) {
  if (isAnswered) answeredAt = new Date();
  failures = isAnswered ? 0 : failures + 1;
  button.hidden = failures < PATIENCE;
  lost.hidden = button.hidden;
  if (lost.hidden) return;
  const time = [answeredAt.getHours(), answeredAt.getMinutes()].map((n) => String(n).padStart(2, "0"));
  lost.textContent = lost.dataset.lost.replace("{}", time.join(":"));
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(list.dataset.follow, { cache: "no-store" });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    const fresh = page.querySelector("[data-follow]");
    show(Boolean(fresh));
    if (!fresh) return;
    put(fresh);
    if ("ended" in fresh.dataset) clearInterval(timer);
  } catch {
    show(false); // no network: the next look
  }
}

const timer = list && !("ended" in list.dataset) ? setInterval(look, PAUSE) : 0;
if (timer) {
  button.hidden = true;
  document.addEventListener("visibilitychange", look);
}
