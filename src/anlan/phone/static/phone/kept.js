// The locked phone says whose words still lie in it: they are sent when that person opens
// it. Only how many and whose; what they wrote is for nobody else.
import { all } from "./store.js";

function said(template, unsent, other) {
  const names = new Set();
  for (const { user } of unsent) {
    const row = document.querySelector(`[data-person="${CSS.escape(user)}"]`);
    names.add(row ? row.querySelector("b").textContent : other);
    row?.querySelector("[data-kept]").removeAttribute("hidden");
  }
  return unsent.length ? template.replace("{}", unsent.length).replace("{}", [...names].join(" · ")) : "";
}

async function show(notice) {
  const kept = await all();
  const { words, files, other } = notice.dataset;
  const unsent = kept.filter((one) => !one.answer && !one.errors);
  // Of reports that have arrived without them.
  const unsentFiles = kept.filter((one) => one.answer && one.files.some((file) => !file.errors));
  const sentences = [said(words, unsent, other), said(files, unsentFiles, other)];
  notice.querySelector("[data-words]").textContent = sentences.join(" ").trim();
  notice.hidden = unsent.length + unsentFiles.length === 0;
}

document.querySelectorAll("[data-kept-notice]").forEach((notice) => {
  show(notice).catch(() => {}); // a browser without a store keeps nothing
});
