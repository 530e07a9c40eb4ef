// The service worker keeps what every note's page is made of, and an empty page
// for the time the server is away: never a page or an answer with a patient in
// it. note-shell.js fills the empty page from what this browser keeps of the
// note. It is served at /sw.js, with the addresses and the build put in.

const SHELL = "./note-shell.html";
const FILES = [/* put in: the empty page and all it refers to */];
const FIGURE = "/visits/figure.svg"; // the outline of the body
const NOTE = /^\/visits\/[0-9a-f-]{36}\/note$/;
const PATIENCE = 8000; // milliseconds until a server that does not answer counts as away
const CACHE = "soapstone-shell-BUILD";

// What is open goes on with the scripts it was loaded with; the next page that
// is loaded is of this build, and so is the shell.
addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (NOTE.test(url.pathname)) event.respondWith(note(request));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(file(request));
  } else if (url.pathname === FIGURE) {
    event.respondWith(figure(request));
  }
});

/** The note from the server; while that is away, the empty page. */
async function note(request) {
  const away = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  try {
    const response = await Promise.race([fetch(request), away]);
    if (response && ![502, 503, 504].includes(response.status)) return response;
  } catch {
    // No connection.
  }
  const shell = await caches.match(SHELL);
  return shell ?? fetch(request);
}

const file = async (request) => (await caches.match(request)) ?? fetch(request);

/** The outline says nothing of a patient; it is kept from the first use on. */
async function figure(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const copy = response.clone();
    caches.open(CACHE).then((cache) => cache.put(request, copy));
  }
  return response;
}

// A note that was open before this worker says which outline it draws; signing
// out may have emptied the cache meanwhile.
addEventListener("message", (event) => {
  const url = new URL(event.data, location.origin);
  if (url.origin === location.origin && url.pathname === FIGURE) event.waitUntil(complete([...FILES, url.pathname + url.search]));
});

async function complete(files) {
  const cache = await caches.open(CACHE);
  for (const file of files) if (!(await cache.match(file))) await cache.add(file);
}
