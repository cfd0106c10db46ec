// Sends one file in parts by tus 1.0, over any number of broken lines, until the server
// has every byte. A part carries its checksum where the browser can make one.
import { askPatiently } from "../phone/asking.js";

const PART = 4 * 1024 * 1024; // the first; they grow while the line is fast
const MOST_PART = 32 * 1024 * 1024;
const FAST_MS = 1500;
const WAITS = [0.5, 1, 2, 4, 8, 15, 30]; // seconds, after one failure and the next
const ASK_MS = 2000; // what became of a file that the server still reads
const AGAIN = new Set([0, 408, 409, 423, 429, 460, 500, 502, 503, 504, 507]);

export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const encoded = (text) => base64(new TextEncoder().encode(text));

export class Sending {
  // `said` goes along as metadata; `tell` hears {url}, {offset}, {state}.
  constructor({ endpoint, blob, said, url, tell }) {
    Object.assign(this, { endpoint, blob, said, url, tell });
    this.offset = null;
    this.size = PART;
    this.isPaused = false;
  }

  pause() {
    this.isPaused = true;
    this.request?.abort();
    this.wake?.();
  }

  // The exhibit's uid, or nothing if it was paused. Throws Refused: trying again is no use.
  async run() {
    this.isPaused = false;
    let failures = 0;
    while (!this.isPaused) {
      try {
        const answer = await this.step();
        failures = 0;
        if (answer) return answer;
      } catch (error) {
        if (this.isPaused) return null;
        this.offset = null; // the server is asked how far it is
        this.size = PART;
        if (!AGAIN.has(error.status ?? 0)) throw error;
        this.tell({ state: "waiting" });
        await this.rest(WAITS[Math.min(failures, WAITS.length - 1)] * 1000);
        failures += 1;
      }
    }
    return null;
  }

  async step() {
    if (!this.url) await this.create();
    if (this.offset === null) await this.ask();
    if (this.offset === null) return null;
    if (this.offset < this.blob.size) return this.part();
    return this.outcome();
  }

  async create() {
    const metadata = Object.entries(this.said)
      .filter(([, value]) => value)
      .map(([name, value]) => `${name} ${encoded(value)}`);
    const answer = await this.send("POST", this.endpoint, null, {
      "Upload-Length": this.blob.size,
      "Upload-Metadata": metadata.join(","),
    });
    this.url = answer.getResponseHeader("Location");
    this.tell({ url: this.url });
  }

  async ask() {
    try {
      const answer = await this.send("HEAD", this.url);
      this.offset = Number(answer.getResponseHeader("Upload-Offset"));
      this.tell({ offset: this.offset });
    } catch (error) {
      if (error.status !== 404 && error.status !== 410) throw error;
      if (this.isAnew) throw error;
      this.isAnew = true; // it ran out: once from the beginning
      this.url = null;
      this.said = { ...this.said, request_id: newId() };
    }
  }

  async part() {
    const begin = this.offset;
    const part = this.blob.slice(begin, begin + this.size);
    const headers = {
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": begin,
    };
    if (globalThis.crypto?.subtle) {
      const digest = await crypto.subtle.digest("SHA-256", await part.arrayBuffer());
      headers["Upload-Checksum"] = `sha256 ${base64(new Uint8Array(digest))}`;
    }
    if (this.isPaused) return null;
    const started = performance.now();
    const answer = await this.send("PATCH", this.url, part, headers, (loaded) =>
      this.tell({ offset: begin + loaded, state: "sending" }),
    );
    if (performance.now() - started < FAST_MS) this.size = Math.min(this.size * 2, MOST_PART);
    this.offset = Number(answer.getResponseHeader("Upload-Offset"));
    this.tell({ offset: this.offset, state: "sending" });
    return answer.getResponseHeader("Upload-Exhibit");
  }

  // Every byte is there; a long film takes the server some time to read.
  async outcome() {
    this.tell({ state: "reading" });
    const answer = JSON.parse((await this.send("GET", this.url)).responseText);
    if (answer.exhibit) return answer.exhibit;
    await this.rest(ASK_MS);
    return null;
  }

  async send(method, url, body = null, headers = {}, progress = null) {
    const begun = (request) => (this.request = request);
    const asked = { body, headers: { "Tus-Resumable": "1.0.0", ...headers }, progress, begun };
    const request = await askPatiently(method, url, asked);
    if (request.status >= 200 && request.status < 300) return request;
    throw new Refused(request.status, request.responseText);
  }

  rest(ms) {
    return new Promise((done) => {
      this.wake = done;
      setTimeout(done, ms);
      addEventListener("online", done, { once: true });
    });
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
