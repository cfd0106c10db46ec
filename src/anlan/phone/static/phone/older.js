// A page that the service worker gave from here shows what was. It says from when it is,
// and what on it is live is fetched as soon as somebody answers.

const made = new Date(Number(document.body.dataset.now) * 1000);

function say() {
  const line = Object.assign(document.createElement("p"), { className: "hint" });
  const time = [made.getHours(), made.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
  line.setAttribute("role", "status");
  line.textContent = document.querySelector("[data-outbox-chip]").dataset.older.replace("{}", time);
  document.getElementById("main").prepend(line);
}

const refresh = () => navigator.onLine && document.dispatchEvent(new CustomEvent("anlan:reload"));

if ("older" in document.body.dataset) {
  say();
  refresh();
  addEventListener("online", refresh);
}
