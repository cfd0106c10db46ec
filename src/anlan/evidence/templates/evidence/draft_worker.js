// Keeps the page of one draft of a statement, so that it opens again without a network. Its
// scope is that one page; it goes by itself when the page is no draft any more, or asks who
// is there. What is typed never passes through here: the page seals and keeps it.
const CACHE = "anlan-drafts";
const OLDEST_MS = 12 * 3600 * 1000; // as long as anybody stays signed in
const MARK = "Anlan-Draft"; // on the answer of a page that may be kept
const KEPT = "Anlan-Kept"; // when it was
const isPage = (url) => url.href.split(/[?#]/)[0] === self.registration.scope;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data)) event.waitUntil(keepAll(event.data));
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && isPage(url)) event.respondWith(page(event.request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(part(event.request));
});

async function keepAll(urls) {
  const cache = await caches.open(CACHE);
  await Promise.allSettled([
    fetch(self.registration.scope, { redirect: "manual" }).then(keep),
    ...urls.map((url) => cache.add(url)),
  ]);
}

async function page(request) {
  try {
    const response = await fetch(request);
    await keep(response.clone());
    return response;
  } catch (error) {
    const known = await (await caches.open(CACHE)).match(self.registration.scope);
    const isFresh = known && Date.now() - Number(known.headers.get(KEPT)) < OLDEST_MS;
    if (isFresh) return known;
    throw error;
  }
}

async function keep(response) {
  const cache = await caches.open(CACHE);
  if (response.headers.has(MARK)) {
    const headers = new Headers(response.headers);
    headers.set(KEPT, String(Date.now()));
    for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
    await cache.put(self.registration.scope, new Response(await response.blob(), { headers }));
  } else if (response.status < 500) {
    await cache.delete(self.registration.scope);
    await self.registration.unregister();
  }
}

async function part(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const known = await cache.match(request);
    if (known) return known;
    throw error;
  }
}
