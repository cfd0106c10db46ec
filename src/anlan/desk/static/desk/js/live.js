// The live stream. A browser opens at most six connections to a server, so its windows
// share one: whoever holds the lock listens and tells the others. Every message becomes
// `anlan:entry` on the document; `anlan:reload` says that something may have been missed.

const body = document.body;
const address = body.dataset.live;
const MARGIN = 10; // seconds: what was recorded while this page was being made
const KEEP = 30000; // milliseconds that the listening window remembers for new ones
const AGAIN = 5000; // milliseconds until we knock again where we were refused

let last = ""; // the id behind which the next stream begins
let source = null;
let running = true;
let recent = [];
let channel = null;

function emit(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

function show(state) {
  running = state;
  body.dataset.liveRunning = state ? "yes" : "";
  for (const chip of document.querySelectorAll("[data-live-state]")) {
    chip.classList.toggle("off", !state);
    chip.textContent = state ? body.dataset.liveOn : body.dataset.liveOff;
  }
}

function hear(message) {
  if (message.id) last = message.id;
  if ("state" in message) show(message.state);
  if (message.entry) emit("anlan:entry", message.entry);
  if (message.reload) emit("anlan:reload", {});
}

// To this window and to all others.
function tell(message) {
  const now = Date.now();
  recent = recent.filter((one) => now - one.at < KEEP);
  if (message.entry || message.reload) recent.push({ at: now, message });
  channel?.postMessage(message);
  hear(message);
}

function listen() {
  const url = new URL(address, location.href);
  if (last) url.searchParams.set("after", last);
  else url.searchParams.set("since", Number(body.dataset.now) - MARGIN);
  source = new EventSource(url);
  source.onopen = () => tell({ state: true });
  source.addEventListener("entry", (event) => tell({ id: event.lastEventId, entry: JSON.parse(event.data) }));
  source.addEventListener("reload", (event) => tell({ id: event.lastEventId, reload: true }));
  source.onerror = () => {
    tell({ state: false });
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN); // refused
  };
}

function share() {
  channel = new BroadcastChannel(`anlan-live:${address}`);
  channel.onmessage = ({ data }) => {
    if (!data.hello) hear(data);
    else if (source) {
      recent.forEach(({ message }) => channel.postMessage(message));
      channel.postMessage({ state: running });
    }
  };
  channel.postMessage({ hello: true });
  // The lock is kept as long as this window lives; the next one goes on behind `last`.
  navigator.locks.request(`anlan-live:${address}`, () => {
    listen();
    return new Promise(() => {});
  });
}

if (address) {
  if (navigator.locks && "BroadcastChannel" in window) share();
  else listen();
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
