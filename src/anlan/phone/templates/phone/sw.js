// The offline shell of the guard's phone: pages and their parts, newest first from the
// network; where that is away, fails, or takes longer than somebody who sees a fight can
// wait, from the last visit. Reports never pass through here: the outbox keeps
// them, because a service worker may be ended at any moment.
const SHELL = {{ shell|safe }};
const CACHE = "anlan-shell-7";
const DRAFTS = "anlan-drafts"; // pages of statements, see evidence/drafts.js
const PATIENCE_MS = 3000;
const HOME = "{% url 'phone:alarm' %}";
const SHARED = "{% url 'phone:shared' %}";
const TOUCH = "{% url 'phone:touch' %}";
let holders = 0; // how often it was forgotten here who holds the phone
let warming = {}; // for which of them the pages are being kept just now

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE)
      .then(warm)
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((n) => n !== CACHE && n !== DRAFTS).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (isPutDown(request, url)) return event.respondWith(leave(request));
  const kept = url.pathname.startsWith("/m/") || url.pathname.startsWith("/static/");
  if (request.method !== "GET" || !kept || url.pathname === "/m/token/") return;
  event.respondWith(fresh(event));
});

// Another hand: the locked phone, and whatever is said to it: lock, handover, PIN.
function isPutDown(request, { pathname }) {
  if (request.method === "GET") return pathname === SHARED;
  return pathname.startsWith(SHARED) && pathname !== TOUCH;
}

async function fresh(event) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  const asked = ask(event, cache);
  event.waitUntil(asked.catch(() => {})); // also what comes too late is kept
  // A script asks for what is new; what lies here would only undo what the page shows.
  if (!request.destination) return asked;
  const same = await cache.match(request);
  const known = same || (await cache.match(request, { ignoreSearch: true }));
  if (!known) return asked;
  const old = () => (request.mode === "navigate" ? marked(known.clone()) : known.clone());
  const answered = asked.then((response) => (response.status >= 500 ? old() : response)).catch(old);
  // Whoever asks with other words (another poster) would be shown what they did not ask for.
  if (!same) return answered;
  return Promise.race([answered, new Promise((done) => setTimeout(done, PATIENCE_MS)).then(old)]);
}

// The page itself says that it is one from before: see phone/older.js.
async function marked(response) {
  const page = await response.text();
  const { status, headers } = response;
  return new Response(page.replace("<body", "<body data-older"), { status, headers });
}

async function ask(event, cache) {
  const { request } = event;
  const holder = holders;
  const response = await fetch(request);
  // Led elsewhere: signed out, or the phone locked itself.
  if (response.redirected || response.type === "opaqueredirect") await forget();
  else if (response.ok && holder === holders) {
    if (!isPrivate(response)) await cache.put(addressOf(request), response.clone());
    // Also after a page that is not kept: whoever takes the phone over stands before one.
    event.waitUntil(warmOnce(cache));
  }
  return response;
}

// The first screen is one page, whatever poster led to it; only the newest is kept.
function addressOf(request) {
  return new URL(request.url).pathname === HOME ? HOME : request;
}

// Without an answer nobody has left: the pages are needed where there is no network.
async function leave(request) {
  const response = await fetch(request);
  if (response.ok || response.type === "opaqueredirect") await forget();
  return response;
}

function isPrivate(response) {
  return (response.headers.get("Cache-Control") || "").includes("no-store");
}

function warmOnce(cache) {
  if (warming.holder !== holders) {
    const mine = (warming = { holder: holders, ended: null });
    mine.ended = warm(cache).finally(() => mine === warming && (warming = {}));
  }
  return warming.ended;
}

// After somebody signed in, the pages for an alarm are kept again before they are needed.
// While nobody is, their addresses lead elsewhere: that is not kept under them.
async function warm(cache) {
  const holder = holders;
  const keep = async (url) => {
    if (await cache.match(url)) return;
    const response = await fetch(url);
    if (response.ok && !response.redirected && holder === holders) await cache.put(url, response);
  };
  // One part that cannot be had must not keep the others away.
  await Promise.allSettled(SHELL.map(keep));
}

// The pages of whoever signed out; what they look like is nobody's.
async function forget() {
  holders += 1; // what was asked for before is not kept when it comes
  await caches.delete(DRAFTS);
  const cache = await caches.open(CACHE);
  const pages = (await cache.keys()).filter((one) => new URL(one.url).pathname.startsWith("/m/"));
  await Promise.all(pages.map((one) => cache.delete(one)));
}
