// A form is sent once. The pressed button shows that it waits; a second press does
// nothing. Coming back with the browser's arrow makes everything usable again. Of a form
// that is answered with a file the page stays, and nothing tells when the file has come.

const FILE_TAKES_MS = 3000;
const viaHtmx = "[hx-post], [hx-put], [hx-patch], [hx-delete], [hx-get]";

function rest(element) {
  delete element.dataset.sent;
  element.removeAttribute("aria-busy");
  for (const button of element.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.getAttribute("method")?.toLowerCase() !== "post" && !form.matches(viaHtmx)) return;
    if (form.dataset.sent) {
      stop(event);
      return;
    }
    form.dataset.sent = "yes";
    // After this turn: a script of the page may have taken the form over, and the
    // browser would leave the value of a disabled button out of what it sends.
    setTimeout(() => {
      if (event.defaultPrevented && !form.matches(viaHtmx)) rest(form);
      else if (form.dataset.sent) event.submitter?.setAttribute("aria-busy", "true"); // not answered already
    });
    if ("savesFile" in form.dataset) setTimeout(rest, FILE_TAKES_MS, form);
  },
  true,
);

document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("button");
    // The second press of a double click may meet what the first has brought in its place.
    const isAgain = event.detail > 1 && button?.form?.method === "post";
    if (isAgain || button?.matches("[aria-busy=true]")) stop(event);
  },
  true,
);

document.addEventListener("htmx:before:request", (event) => {
  if (event.target.matches("button")) event.target.setAttribute("aria-busy", "true");
});
// A form that its own answer has replaced is gone, and the document speaks for it.
document.addEventListener("htmx:finally:request", (event) => {
  if (event.target instanceof Element) rest(event.target);
});

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(rest);
});
