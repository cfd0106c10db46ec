// `data-copy="text"` or `data-copy-from="#selector"`: puts words on the clipboard and
// says so. Plain HTTP has no clipboard; then the words are selected for the hand.
// `data-print` prints the page.

async function copy(button) {
  const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
  const text = button.dataset.copy ?? source?.textContent.trim() ?? "";
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    document.dispatchEvent(
      new CustomEvent("toast", { detail: { text: document.body.dataset.copied, tone: "ok" } }),
    );
  } else if (source) {
    getSelection().selectAllChildren(source);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (button) copy(button);
  if (event.target.closest("[data-print]")) print();
});
