// What htmx could not fetch is said, and what was typed stays: such an answer is not put
// into the page (`noSwap` in base.html), and who was signed out meanwhile signs in beside
// it. A part that comes by itself and did not can be asked for again.

const template = document.getElementById("failed");
const words = template.dataset;
const REFUSED = [403, 429];

function toast(text, more) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "bad", ...more } }));
}

// Behind an open sheet a toast cannot be pressed, and a press beside the sheet closes it
// with the words in it: there it is said in the sheet.
function say(source, text, { href } = {}) {
  const sheet = source?.closest?.("dialog[open]") ?? document.querySelector("dialog[open]:not(#confirm)");
  if (!sheet) return toast(text, href && { href, aside: true });
  const line = Object.assign(document.createElement("p"), { className: "error" });
  line.setAttribute("role", "alert"); // older browsers know no such property
  line.dataset.failed = "";
  line.append(href ? Object.assign(document.createElement("a"), { href, target: "_blank", textContent: text }) : text);
  const form = sheet.contains(source) ? source.closest("form") : sheet.querySelector("form");
  sheet.querySelector("[data-failed]")?.remove();
  (form ?? sheet).prepend(line);
  line.scrollIntoView({ block: "nearest" });
}

function offer(box) {
  const line = template.content.cloneNode(true).firstElementChild;
  line.querySelector("button").addEventListener("click", () => {
    line.remove();
    const again = box.cloneNode(true);
    box.replaceWith(again);
    window.htmx.process(again);
  });
  box.append(line);
}

// What asks from time to time will ask again.
function tell({ sourceElement, sourceEvent }, text, more) {
  if (sourceEvent?.type === "load") offer(sourceElement);
  else if (sourceEvent?.type !== "every") say(sourceElement, text, more);
}

// Our own answers say in one sentence what is the matter; a proxy's do not.
function sentence(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector(".error, .oops h1")?.textContent.trim() || words.unreached;
}

const signIn = { href: words.signIn };
document.addEventListener("anlan:signed-out", () => say(null, words.signedOut, signIn));

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const { redirected, url } = ctx.response.raw;
  if (!redirected || new URL(url).pathname !== words.signIn) return;
  event.preventDefault();
  tell(ctx, words.signedOut, signIn);
});
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  const isSaid = ctx.hx.trigger?.includes('"toast"');
  if (!isSaid && (status >= 500 || REFUSED.includes(status))) tell(ctx, sentence(ctx.text));
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && ctx.text === undefined) tell(ctx, words.unreached);
});
// Signing in beside the page brings a new token; with its own it would be refused.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  if (!token) return;
  ctx.request.headers["X-CSRFToken"] = token;
  if (ctx.request.body.has("csrfmiddlewaretoken")) ctx.request.body.set("csrfmiddlewaretoken", token);
});
