// A page that the service worker gave from here shows what was. It says from when it is,
// what on it is live is fetched as soon as somebody answers, and where its reader was a
// while ago is no longer chosen for them: they are at their post, or say where.
const STILL_HERE_MS = 15 * 60 * 1000; // as the server has it

const made = new Date(Number(document.body.dataset.now) * 1000);

function say() {
  const line = Object.assign(document.createElement("p"), { className: "hint" });
  const time = [made.getHours(), made.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
  line.setAttribute("role", "status");
  line.textContent = document.querySelector("[data-outbox-chip]").dataset.older.replace("{}", time);
  document.getElementById("main").prepend(line);
}

const refresh = () => navigator.onLine && document.dispatchEvent(new CustomEvent("anlan:reload"));

function unchoose(radio) {
  if (Date.now() - Number(radio.dataset.at) * 1000 <= STILL_HERE_MS) return;
  const post = document.querySelector("input[data-post]");
  if (post !== radio) radio.checked = false;
  if (post) post.checked = true;
  radio.parentElement.querySelector("small")?.removeAttribute("hidden");
}

if ("older" in document.body.dataset) {
  say();
  document.querySelectorAll("input[data-at]:checked").forEach(unchoose);
  refresh();
  addEventListener("online", refresh);
}
