// What was changed in a note and has not reached the server yet, kept in this
// browser. Where the browser can, it is encrypted with a key that cannot be
// read out; a record goes as soon as the server has it, and after three days.

const NAME = "soapstone-notes";
const KEPT = 72 * 60 * 60 * 1000; // milliseconds

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const written = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });

async function database() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("drafts");
    request.result.createObjectStore("keys");
  };
  return done(request);
}

async function secret(db) {
  if (!globalThis.crypto?.subtle) return null; // plain http on a local network
  const there = await done(db.transaction("keys").objectStore("keys").get("key"));
  if (there) return there;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const t = db.transaction("keys", "readwrite", { durability: "strict" });
  t.objectStore("keys").put(key, "key");
  await written(t);
  return key;
}

async function locked(key, value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  if (!key) return { at: Date.now(), bytes };
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { at: Date.now(), iv, bytes: new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes)) };
}

async function opened(key, record) {
  let { bytes } = record;
  if (record.iv) bytes = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: record.iv }, key, bytes));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/**
 * The store of one note. Nothing it does fails loudly: a browser without a
 * store (private windows) still sends, it only cannot bear a reload; then
 * works is false.
 */
export async function openStore(name) {
  let db = null;
  let key = null;
  try {
    db = await database();
    key = await secret(db);
    await purge(db);
    navigator.storage?.persist?.();
  } catch {
    db = null;
  }
  let last = Promise.resolve();
  // One after the other: an older state must never overwrite a newer one.
  const queue = (work) => (last = last.then(work).then(() => true, () => false));
  return {
    works: db !== null,
    put: (value) =>
      queue(async () => {
        const record = await locked(key, value);
        const t = db.transaction("drafts", "readwrite", { durability: "strict" });
        t.objectStore("drafts").put(record, name);
        await written(t);
      }),
    drop: () =>
      queue(async () => {
        const t = db.transaction("drafts", "readwrite");
        t.objectStore("drafts").delete(name);
        await written(t);
      }),
    async get() {
      try {
        const record = await done(db.transaction("drafts").objectStore("drafts").get(name));
        return record ? await opened(key, record) : null;
      } catch {
        return null;
      }
    },
    wipe: () =>
      queue(async () => {
        const t = db.transaction(["drafts", "keys"], "readwrite");
        t.objectStore("drafts").clear();
        t.objectStore("keys").clear();
        await written(t);
      }),
  };
}

async function purge(db) {
  const t = db.transaction("drafts", "readwrite");
  const cursor = t.objectStore("drafts").openCursor();
  cursor.onsuccess = () => {
    const at = cursor.result;
    if (!at) return;
    if (Date.now() - at.value.at > KEPT) at.delete();
    at.continue();
  };
  await written(t);
}
