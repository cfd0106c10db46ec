// Clocks and relative times. They follow the server's clock, not the phone's, which
// may be wrong: the offset is measured from the instant the page was made, and again when
// a newer one is fetched. A page that the phone kept (phone/older.js) was made long ago:
// there it is as it was measured last.

const MEMORY = "anlan-clock";
const body = document.body;
let offset = 0;
const serverNow = () => (Date.now() + offset) / 1000;
const fill = (pattern, ...words) => words.reduce((text, word) => text.replace("{}", word), pattern);
const two = (number) => String(number).padStart(2, "0");

function measure(now) {
  offset = Number(now) * 1000 - Date.now();
  try {
    localStorage.setItem(MEMORY, offset);
  } catch {
    // a browser that keeps nothing keeps no old pages either
  }
}

function face(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  if (whole >= 172800) {
    return fill(body.dataset.days, Math.floor(whole / 86400), Math.floor((whole % 86400) / 3600));
  }
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

// A promise's card turns amber when the server said so and red when it is over.
function tint(clock, left, card, now) {
  const all = Number(clock.dataset.at) - Number(card.dataset.clockFrom);
  const bar = card.querySelector("progress");
  card.classList.toggle("bad", left < 0);
  card.classList.toggle("warn", left >= 0 && now >= Number(card.dataset.clockWarn));
  if (bar) bar.value = Math.min(bar.max, bar.max * (1 - left / all));
}

function tick() {
  const now = serverNow();
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const at = Number(clock.dataset.at);
    if (clock.dataset.clock === "since") {
      clock.textContent = face(now - at);
      continue;
    }
    const left = at - now;
    clock.textContent = fill(left >= 0 ? body.dataset.left : body.dataset.over, face(left));
    const card = clock.closest("[data-clock-from]");
    if (card) tint(clock, left, card, now);
    clock.closest(".due")?.classList.toggle("bad", left < 0);
  }
}

function age() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const time of document.querySelectorAll("[data-ago]")) {
    const minutes = Math.trunc((Date.parse(time.dateTime) / 1000 - serverNow()) / 60);
    if (minutes !== 0 && Math.abs(minutes) < 60) time.textContent = words.format(minutes, "minute");
  }
}

if ("older" in body.dataset) offset = Number(localStorage.getItem(MEMORY));
else measure(body.dataset.now);
document.addEventListener("anlan:clock", ({ detail }) => measure(detail.now));
setInterval(tick, 1000);
setInterval(age, 30000);
tick();
