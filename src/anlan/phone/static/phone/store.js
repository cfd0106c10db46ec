// The outbox's shelf: one object store in IndexedDB, keyed by request id.
const NAME = "anlan-outbox";
const SHELF = "reports";

function open() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF, { keyPath: "id" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function ask(mode, question) {
  const database = await open();
  try {
    return await new Promise((done, fail) => {
      const work = database.transaction(SHELF, mode, { durability: "strict" });
      const request = question(work.objectStore(SHELF));
      // Done only when it is on the disk, not when it was accepted.
      work.oncomplete = () => done(request.result);
      work.onabort = work.onerror = () => fail(work.error);
    });
  } finally {
    database.close();
  }
}

export const keep = (item) => ask("readwrite", (shelf) => shelf.put(item));
export const drop = (id) => ask("readwrite", (shelf) => shelf.delete(id));
export const all = () => ask("readonly", (shelf) => shelf.getAll());
