// The locked phone says whose words still lie in it: they are sent when that person opens
// it. Only how many and whose; what they wrote is for nobody else.
import { all } from "./store.js";

async function show(notice) {
  const unsent = (await all()).filter((one) => !one.answer && !one.errors);
  const names = new Set();
  for (const { user } of unsent) {
    const row = document.querySelector(`[data-person="${CSS.escape(user)}"]`);
    names.add(row ? row.querySelector("b").textContent : notice.dataset.other);
    row?.querySelector("[data-kept]").removeAttribute("hidden");
  }
  const words = notice.querySelector("[data-words]");
  words.textContent = notice.dataset.words.replace("{}", unsent.length).replace("{}", [...names].join(" · "));
  notice.hidden = unsent.length === 0;
}

document.querySelectorAll("[data-kept-notice]").forEach((notice) => {
  show(notice).catch(() => {}); // a browser without a store keeps nothing
});
