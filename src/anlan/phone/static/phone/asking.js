// Asks the server and gives up in time. Browsers of our floor have no AbortSignal.timeout.
const PATIENCE_MS = 8000;
const SILENCE_MS = 60000;

// Nobody answered, or not now: to be tried again. Whatever else is thrown is our fault.
// With `isBroken` there is a network, and the server at its end cannot: its disk, its database.
export class Unreached extends Error {}

// The status, whether it was led elsewhere, and the JSON of the answer, or null.
export async function ask(url, options = {}) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { ...options, signal: control.signal });
    const text = await response.text();
    return { status: response.status, redirected: response.redirected, json: parsed(text) };
  } catch (error) {
    throw new Unreached(String(error));
  } finally {
    clearTimeout(timer);
  }
}

// {csrf, user} of who is signed in here; nothing if nobody is.
export async function askToken() {
  const { status, redirected, json } = await ask("/m/token/");
  if (redirected) return null;
  if (status >= 500) throw Object.assign(new Unreached(String(status)), { isBroken: true });
  if (!json?.user) throw new Unreached("no token");
  return json;
}

// For large bodies: given up only when nothing moved for a while. Ends with the request,
// its status 0 if nobody answered; `begun` hears of it at once, and may abort it.
export function askPatiently(method, url, { body = null, headers = {}, progress, begun } = {}) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    let heard = Date.now();
    const watch = setInterval(() => Date.now() - heard > SILENCE_MS && request.abort(), 5000);
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      heard = Date.now();
      progress?.(event.loaded);
    };
    request.onloadend = () => {
      clearInterval(watch);
      done(request);
    };
    begun?.(request);
    request.send(body);
  });
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
