// The empty page of a note while the server is away. It puts the note back from
// what this browser keeps of it, encrypted, and lets its scripts take over; if
// there is nothing to show, it waits for the server.

import { openStore } from "./note-store.js";

const NOTE = "./note.js";
const AGAIN = 3000; // milliseconds
const visit = location.pathname.split("/")[2];
const $ = (id) => document.getElementById(id);

/** Puts the page back as the server had sent it. */
async function restore(page) {
  document.title = page.title;
  document.documentElement.dataset.theme = page.theme;
  document.documentElement.dataset.shell = "";
  document.body.className = page.look;
  document.body.innerHTML = page.html;
  await import("./app.js");
  await import("./note.js");
}

/** Whether the page may be shown: made by these scripts, and its session not idle for too long. */
const fits = (page, draft) => page?.script === NOTE && Date.now() - Math.max(page.at, draft?.at ?? 0) < page.idle * 60_000;

async function wait(draft) {
  $("shell-title").textContent = "No connection to the server";
  $("shell-text").textContent =
    draft && draft.sent !== draft.revision
      ? "What you wrote is kept on this tablet and will be sent by itself. The note opens here as soon as the server is back."
      : "The note opens here as soon as the server is back.";
  for (;;) {
    await new Promise((done) => setTimeout(done, AGAIN));
    const up = await fetch("/healthz", { signal: AbortSignal.timeout(AGAIN) }).then((r) => r.ok, () => false);
    if (up) return location.reload();
  }
}

const store = await openStore(visit);
const [page, draft] = await Promise.all([store.getPage(), store.get()]);
await (fits(page, draft) ? restore(page) : wait(draft));
