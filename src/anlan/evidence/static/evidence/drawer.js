// What was typed and not sent yet, kept in this browser: sealed with a key that the server
// gives only to the one who typed it, so whoever has the phone next finds nothing to read.
// Without a secure context there is no seal, and it is kept for as long as the tab alone.
const DAYS = 30;
const PREFIX = "anlan-statement:";
const place = window.crypto?.subtle ? localStorage : sessionStorage;
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const textOf = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));

export class Drawer {
  constructor(user, draft, key) {
    this.prefix = `${PREFIX}${user}:${draft}:`;
    this.turn = Promise.resolve();
    this.key = window.crypto?.subtle?.importKey("raw", bytesOf(key), "AES-GCM", false, ["encrypt", "decrypt"]);
    clearOld();
  }

  // One after the other: of two that follow each other the later one stays.
  keep(name, thing) {
    return this.next(async () => place.setItem(this.prefix + name, JSON.stringify(await this.sealed(name, thing))));
  }

  drop(name) {
    return this.next(async () => place.removeItem(this.prefix + name));
  }

  async read(name) {
    try {
      return await this.opened(name, JSON.parse(place.getItem(this.prefix + name)));
    } catch {
      return null; // of another key: nobody can read it any more
    }
  }

  next(work) {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }

  async sealed(name, thing) {
    const at = Date.now();
    if (!this.key) return { at, open: thing };
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(thing));
    const sealed = await crypto.subtle.encrypt(this.how(name, iv), await this.key, plain);
    return { at, iv: textOf(iv), sealed: textOf(sealed) };
  }

  async opened(name, kept) {
    if (!kept || !this.key) return kept?.open ?? null;
    const how = this.how(name, bytesOf(kept.iv));
    const plain = await crypto.subtle.decrypt(how, await this.key, bytesOf(kept.sealed));
    return JSON.parse(new TextDecoder().decode(plain));
  }

  // Bound to its place: an answer cannot be moved below another question.
  how(name, iv) {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(this.prefix + name) };
  }
}

function clearOld() {
  for (const name of Object.keys(place).filter((one) => one.startsWith(PREFIX))) {
    const at = Number(/^\{"at":(\d+)/.exec(place.getItem(name))?.[1] ?? 0);
    if (Date.now() - at > DAYS * 86400000) place.removeItem(name);
  }
}
