// The offline shell of the guard's phone: pages and their parts, newest first from the
// network, else from the last visit. Reports never pass through here: the outbox keeps
// them, because a service worker may be ended at any moment.
const SHELL = {{ shell|safe }};
const CACHE = "anlan-shell-2";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE)
      // One part that cannot be had must not keep the others away.
      .then((cache) => Promise.allSettled(SHELL.map((url) => cache.add(url))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const kept = url.pathname.startsWith("/m/") || url.pathname.startsWith("/static/");
  if (request.method !== "GET" || url.origin !== location.origin || !kept) return;
  if (url.pathname === "/m/token/") return;
  event.respondWith(fresh(request));
});

async function fresh(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok && !response.redirected) cache.put(request, response.clone());
    return response;
  } catch (error) {
    const known = await cache.match(request, { ignoreSearch: true });
    if (known) return known;
    throw error;
  }
}
