// What stays on this device, and when it goes. Signing out takes everything of
// a patient off it; what a note holds and the server has not got is sent first,
// or given up by a second press. A page of somebody who is not signed in, or of
// a device that is with a patient, leaves nothing but unsent drafts, encrypted.

import { deliver, discard, forget, tidy, unsent, wipe } from "./note-store.js";

const CHECK = 60_000; // milliseconds between two looks at the session, less than the shortest idle time
const others = typeof BroadcastChannel === "function" ? new BroadcastChannel("soapstone-device") : null;
const outForm = document.querySelector('form[action="/sign-out"]');
const note = document.getElementById("note")?.dataset.visit;

const make = (tag, props, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const button = (words, look, press) => {
  const node = make("button", { type: "button", className: `btn ${look}`, textContent: words });
  node.addEventListener("click", press);
  return node;
};
const clock = (at) => new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(at);
const notes = (list) => (list.length === 1 ? "A note" : `${list.length} notes`);

/* --- signing out ------------------------------------------------------------ */

/** Sends what waits: from here, or by the window that has the note open. */
async function sendAll() {
  const waiting = await unsent();
  if (waiting.length === 0) return waiting;
  others?.postMessage("send");
  for (const { visit } of waiting) await deliver(visit);
  let left = await unsent();
  for (let tries = 0; left.length > 0 && tries < 20 && (await someOpen(left)); tries++) {
    await new Promise((done) => setTimeout(done, 100));
    left = await unsent();
  }
  return left;
}

const someOpen = async (left) => (await Promise.all(left.map((d) => isOpen(d.visit)))).some(Boolean);

// The worker's caches stay: they hold files of the program and nothing else.
const clear = () => wipe(true);

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.getAttribute("action") !== "/sign-out" || form.dataset.cleared) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    signOut(form);
  },
  true,
);

async function signOut(form) {
  const left = await sendAll();
  if (left.length > 0) return refuse(form, left);
  await clear();
  form.dataset.cleared = "1";
  // Other windows go to the sign-in page once the session has ended.
  addEventListener("pagehide", () => others?.postMessage("out"), { once: true });
  form.submit();
}

let dialog = null;

function show(title, text, ...buttons) {
  dialog?.remove();
  dialog = make("dialog", { className: "dialog" });
  dialog.setAttribute("aria-labelledby", "device-title");
  const acts = make("p", { className: "actions" }, ...buttons);
  dialog.append(
    make("div", { className: "dialog-head" }, make("h2", { id: "device-title", textContent: title })),
    make("div", { className: "dialog-body" }, make("p", { textContent: text }), acts),
  );
  document.body.append(dialog);
  dialog.showModal();
}

const close = () => dialog.close();

function refuse(form, left) {
  show(
    "Not signed out: something is not sent yet",
    `${notes(left)} written on this tablet ${left.length === 1 ? "has" : "have"} not reached the server. Send first, or discard what was not sent.`,
    button("Send first", "primary", () => {
      close();
      signOut(form);
    }),
    button("Discard…", "", () => ask(left, () => giveUp(form))),
    button("Stay signed in", "quiet", close),
  );
}

function ask(left, go) {
  show(
    "Discard what was not sent?",
    `What was written at ${left.map((d) => clock(d.at)).join(" and ")} is lost for good.`,
    button("Discard", "danger", () => {
      close();
      go();
    }),
    button("Keep it", "primary", close),
  );
}

async function giveUp(form) {
  others?.postMessage("discarded");
  await clear();
  form.dataset.cleared = "1";
  addEventListener("pagehide", () => others?.postMessage("out"), { once: true });
  form.submit();
}

others?.addEventListener("message", ({ data }) => {
  if (data === "discarded") forget();
  if (data === "out" && outForm) leave();
});

/* --- a session that has ended ------------------------------------------------ */

/** Nothing of a patient stays on the screen: sign in to go on. */
function leave() {
  const next = location.pathname + location.search;
  document.body.replaceChildren();
  location.replace(`/sign-in?${new URLSearchParams({ next })}`);
}

let used = false; // since the last look
for (const type of ["pointerdown", "keydown", "input"]) addEventListener(type, () => (used = true), { capture: true, passive: true });

/** The session ends by itself when nobody touches the page: then the page goes too. */
async function look() {
  const asked = used;
  used = false;
  try {
    const response = await fetch(asked ? "/session?used=1" : "/session", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10_000) });
    if (response.status === 401 || response.status === 423) {
      others?.postMessage("out");
      leave();
    } else if (response.ok) {
      const { idle } = await response.json();
      dispatchEvent(new CustomEvent("session", { detail: idle }));
    }
  } catch {
    used ||= asked; // the server is away: said again later
  }
}

/* --- coming to a page -------------------------------------------------------- */

/** A note that is open in some window is left alone. */
async function isOpen(visit) {
  if (visit === note) return true;
  if (!navigator.locks) return false;
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === `note ${visit}`);
}

/** Says that something waits on this device, where it is not said already. */
function notice(left) {
  const box = make("p", { className: "alert warn", id: "device-unsent" });
  box.setAttribute("role", "status");
  const words = make("span", { textContent: `${notes(left)} written on this tablet ${left.length === 1 ? "is" : "are"} not sent yet. ` });
  if (outForm) for (const { visit, at } of left) words.append(make("a", { href: `/visits/${visit}/note`, textContent: `Open the note of ${clock(at)}` }), " ");
  else words.append("Sign in to send it. ");
  const discardAll = () => Promise.all(left.map((d) => discard(d.visit))).then(() => box.remove());
  box.append(words, button("Discard…", "small", () => ask(left, discardAll)));
  document.getElementById("main")?.prepend(box);
}

async function arrive() {
  if (!outForm) {
    others?.postMessage("out");
    await tidy();
  } else {
    if (!note) await sendAll();
    await tidy(isOpen);
    setInterval(look, CHECK);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  }
  if (note || location.pathname.endsWith("/note")) return;
  const left = await unsent();
  if (left.length > 0) notice(left);
}

arrive();
