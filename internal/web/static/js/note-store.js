// What this browser keeps of notes, so that none is lost while the server is
// away: per visit a draft (what was entered, and whether the server has it) and
// the page it is entered on. Where the browser can, both are encrypted with a
// key that cannot be read out, and the page is kept only there. A draft that
// the server has goes as soon as its note is left; all of it goes at sign-out.

const NAME = "soapstone-notes";
const KEPT = 72 * 60 * 60 * 1000; // milliseconds
const PATIENCE = 10_000; // with a server that does not answer

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

let shared = null;

/** The database, opened once; another window may ask for it to be deleted. */
function database() {
  shared ??= (async () => {
    const request = indexedDB.open(NAME, 2);
    request.onupgradeneeded = ({ oldVersion }) => {
      const db = request.result;
      if (oldVersion < 1) {
        db.createObjectStore("drafts");
        db.createObjectStore("keys");
      }
      db.createObjectStore("pages");
    };
    const db = await done(request);
    const forget = () => (shared = null);
    db.onversionchange = () => {
      db.close();
      forget();
    };
    db.onclose = forget;
    return db;
  })();
  shared.catch(() => (shared = null));
  return shared;
}

/** Whether this browser holds anything, asked without making a database. */
async function there() {
  const all = await indexedDB.databases?.();
  return all === undefined || all.some((d) => d.name === NAME);
}

async function secret(db, make) {
  if (!globalThis.crypto?.subtle) return null; // plain http on a local network
  const old = await done(db.transaction("keys").objectStore("keys").get("key"));
  if (old || !make) return old ?? null;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const t = db.transaction("keys", "readwrite", { durability: "strict" });
  const keys = t.objectStore("keys");
  // Another window may have been quicker: the first key stays.
  const first = await done(keys.get("key"));
  if (!first) keys.put(key, "key");
  await written(t);
  return first ?? key;
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
  return { ...JSON.parse(new TextDecoder().decode(bytes)), at: record.at };
}

/**
 * The store of one note. Nothing it does fails loudly: a browser without a
 * store (private windows) still sends, it only cannot bear a reload; then
 * works is false.
 */
export async function openStore(visit) {
  let works = true;
  try {
    await secret(await database(), true);
    await purge();
    navigator.storage?.persist?.();
  } catch {
    works = false;
  }
  let last = Promise.resolve();
  // One after the other: an older state must never overwrite a newer one.
  const queue = (work) => (last = last.then(work).then(() => true, () => false));
  const put = async (name, value, flags) => {
    if (over) throw new Error("this device was cleared");
    const db = await database();
    const record = { ...(await locked(await secret(db, true), value)), ...flags };
    const t = db.transaction(name, "readwrite", { durability: "strict" });
    t.objectStore(name).put(record, visit);
    await written(t);
  };
  const get = async (name) => {
    try {
      const db = await database();
      const record = await done(db.transaction(name).objectStore(name).get(visit));
      return record ? await opened(await secret(db, false), record) : null;
    } catch {
      return null;
    }
  };
  return {
    works,
    /** Keeps the newest state; value.sent is value.revision once the server has it. */
    put: (value) => queue(() => put("drafts", value, { unsent: value.sent !== value.revision })),
    get: () => get("drafts"),
    /** The page is kept where it can be encrypted, and nowhere else. */
    putPage: (page) => queue(() => (globalThis.crypto?.subtle ? put("pages", page) : undefined)),
    getPage: () => get("pages"),
    drop: () => queue(() => remove(visit)),
    /** Resolves once everything asked for so far is on the disk. */
    settled: () => last,
  };
}

/** Gives up what is kept of one note. */
export const discard = (visit) => remove(visit);

async function remove(visit, names = ["drafts", "pages"]) {
  const t = (await database()).transaction(names, "readwrite", { durability: "strict" });
  for (const name of names) t.objectStore(name).delete(visit);
  await written(t);
}

/** Gives up what nobody came back for. What is not sent yet is asked about, never given up. */
async function purge() {
  const t = (await database()).transaction(["drafts", "pages"], "readwrite");
  for (const name of ["drafts", "pages"]) {
    const cursor = t.objectStore(name).openCursor();
    cursor.onsuccess = () => {
      const at = cursor.result;
      if (!at) return;
      if (!at.value.unsent && Date.now() - at.value.at > KEPT) at.delete();
      at.continue();
    };
  }
  await written(t);
}

/** Every draft that the server has not got yet: its visit and when it was written. */
export async function unsent() {
  try {
    if (!(await there())) return [];
    const drafts = (await database()).transaction("drafts").objectStore("drafts");
    const [visits, records] = await Promise.all([done(drafts.getAllKeys()), done(drafts.getAll())]);
    return visits.map((visit, i) => ({ visit, at: records[i].at, waits: records[i].unsent ?? true })).filter((d) => d.waits);
  } catch {
    return [];
  }
}

/**
 * Leaves on the device only what must not be lost: drafts that the server has
 * not got. Notes for which keep says so stay as they are.
 */
export async function tidy(keep = async () => false) {
  try {
    if (!(await there())) return;
    const waiting = await unsent();
    const t = (await database()).transaction(["drafts", "pages"]);
    const [drafts, pages] = await Promise.all([done(t.objectStore("drafts").getAllKeys()), done(t.objectStore("pages").getAllKeys())]);
    let left = waiting.length;
    for (const visit of new Set([...drafts, ...pages])) {
      if (await keep(visit)) left++;
      else await remove(visit, waiting.some((d) => d.visit === visit) ? ["pages"] : ["drafts", "pages"]);
    }
    if (left === 0) await wipe();
  } catch {
    // A browser without a store has nothing to tidy.
  }
}

let over = false;

/** From here on this page keeps nothing any more: it is being left for good. */
export const forget = () => (over = true);

/**
 * Takes everything off this device: drafts, pages, the key, and the database
 * itself. For good means that this page keeps nothing afterwards either.
 */
export async function wipe(forGood = false) {
  if (forGood) forget();
  if (!(await there())) return;
  try {
    const db = await database();
    const t = db.transaction(["drafts", "pages", "keys"], "readwrite", { durability: "strict" });
    for (const name of ["drafts", "pages", "keys"]) t.objectStore(name).clear();
    await written(t);
    db.close();
  } catch {
    // What cannot be emptied is deleted all the same.
  }
  shared = null;
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

/* --- how a draft reaches the server ------------------------------------------ */

/**
 * Sends one state. It carries the page that wrote it and that page's own count
 * of changes, so that sending it twice stores it once; and the version it builds
 * on, so that it never replaces what somebody else wrote. The answer is { kind, answer }. The kind is "saved", "away" (nobody
 * answered, or nobody who knows), "out" (no session, or a device that is with a
 * patient), "clash" (somebody else saved this note), "closed" (it takes no
 * draft any more) or "refused" (a field is wrong).
 */
export async function transmit(visit, { base, editor, revision, entries }) {
  const body = new URLSearchParams(entries);
  for (const [name, value] of Object.entries({ base, editor, revision })) body.append(name, value);
  let response;
  try {
    response = await fetch(`/visits/${visit}/note`, {
      method: "PUT",
      headers: { Accept: "application/json", "Idempotency-Key": `${visit}:${editor}:${revision}` },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return { kind: "away" };
  }
  const answer = await response.json().catch(() => null);
  return { kind: kindOf(response, answer), answer };
}

function kindOf(response, answer) {
  if (response.ok) return answer?.version ? "saved" : "away";
  switch (response.status) {
    case 401:
    case 423:
      return "out";
    case 409:
      return answer?.error === "clash" ? "clash" : "closed";
    case 403:
    case 404:
      return "closed";
    case 413:
    case 422:
      return "refused";
  }
  return "away";
}

/** Who is signed in: what one person wrote is not sent in the name of another. */
export const person = () => document.querySelector(".menu-who strong")?.textContent ?? "";

/**
 * Sends what waits of a note that no window has open; a window that has it open
 * sends it by itself. True when nothing waits any more.
 */
export async function deliver(visit) {
  if (!navigator.locks) return send(visit);
  return navigator.locks.request(`note ${visit}`, { ifAvailable: true }, (lock) => (lock ? send(visit) : waits(visit)));
}

const waits = async (visit) => !(await unsent()).some((d) => d.visit === visit);

async function send(visit) {
  const store = await openStore(visit);
  const record = await store.get();
  if (!record || record.sent === record.revision) return true;
  if (record.by !== undefined && record.by !== person()) return false;
  const { kind } = await transmit(visit, record);
  if (kind !== "saved") return false;
  await store.drop();
  return true;
}
