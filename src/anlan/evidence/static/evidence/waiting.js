// Files that were begun here and have not come whole. Small ones lie in the browser with
// their bytes and go on by themselves, on every page of the phone; of large ones only is
// known where they go on, once the same file is chosen again.
import { askToken, Unreached } from "../phone/asking.js";
import { shelf } from "../phone/store.js";
import { Sending } from "./tus.js";

export const SMALL = 25 * 1024 * 1024;
const ENDPOINT = "/upload/";
const RETRY_MS = 15000;
const rows = shelf("anlan-uploads");
let isBusy = false;

export const keep = (item) => rows.keep(item).catch(() => {});
export const drop = (id) => rows.drop(id).catch(() => {});
export const all = () => rows.all().catch(() => []);

// What makes two choices the same file.
export const fingerprint = (file) => [file.name, file.size, file.lastModified].join("|");

export function sendingOf(item, blob, tell) {
  const sending = new Sending({ endpoint: ENDPOINT, blob, said: item.said, url: item.url, tell });
  return sending;
}

// One at a time, and in one window only.
export async function goOn() {
  if (isBusy) return;
  isBusy = true;
  try {
    const once = () => sendSmall();
    if (navigator.locks) {
      await navigator.locks.request("anlan-uploads", { ifAvailable: true }, (lock) => lock && once());
    } else await once();
  } finally {
    isBusy = false;
  }
}

async function sendSmall() {
  const waiting = (await all()).filter((item) => item.blob && !item.refusal);
  if (!waiting.length || !navigator.onLine) return;
  const known = await askToken();
  if (!known) return; // signed out: they stay here
  for (const item of waiting.filter((one) => one.user === known.user)) {
    const sending = sendingOf(item, item.blob, async (told) => {
      if (told.url) await keep({ ...item, url: (item.url = told.url), said: (item.said = sending.said) });
    });
    try {
      if (await sending.run()) await drop(item.id);
    } catch (error) {
      if (error.status === 401) return;
      await keep({ ...item, refusal: error.message });
    }
  }
}

if (document.querySelector("form[data-upload]") === null) {
  const again = () => document.hidden || goOn().catch((error) => error instanceof Unreached || console.error(error));
  addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
  setInterval(again, RETRY_MS);
  again();
}
