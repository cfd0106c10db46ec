// Shelves that outlive the page: one object store in IndexedDB each, keyed by request id.
const ROWS = "reports";

function open(name) {
  return new Promise((done, fail) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ROWS, { keyPath: "id" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function ask(name, mode, question) {
  const database = await open(name);
  try {
    return await new Promise((done, fail) => {
      const work = database.transaction(ROWS, mode, { durability: "strict" });
      const request = question(work.objectStore(ROWS));
      // Done only when it is on the disk, not when it was accepted.
      work.oncomplete = () => done(request.result);
      work.onabort = work.onerror = () => fail(work.error);
    });
  } finally {
    database.close();
  }
}

export const shelf = (name) => ({
  keep: (item) => ask(name, "readwrite", (rows) => rows.put(item)),
  drop: (id) => ask(name, "readwrite", (rows) => rows.delete(id)),
  all: () => ask(name, "readonly", (rows) => rows.getAll()),
});
export const { keep, drop, all } = shelf("anlan-outbox");
