// Keeping and sending the note: every state is put into this browser's own store
// first, then sent as it stands. While the server is away, nothing is lost and
// sending goes on by itself. One window writes; another reads until it is given
// the note. It knows no field of the note.

import { openStore, person, transmit } from "./note-store.js";

const SOON = 300; // milliseconds from a change to its sending
const AGAIN = 3000; // until the next try
const TURN = 3000; // for a window that reloads to take the note again
const IDLE = 15; // minutes, until device.js says after how many the session ends

// The page as it came, before any script of the note touches it: what is kept of
// it is what is put back while the server is away.
const shell = document.documentElement.dataset.shell !== undefined;
const served = shell ? "" : document.body.innerHTML;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const clock = (at) => new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }).format(at);

/**
 * Saves one note.
 *
 *   form      the note; its fields base, editor and revision belong to this file
 *   visit     the id of the visit
 *   collect() the newest state, form-encoded, without the three fields above
 *   apply(entries)    puts a state (a list of [name, value]) back into the page
 *   answered(answer)  is told what the server worked out from the newest state
 *   compare()         opens the page on which two writers' notes are compared
 *
 * What it gives:
 *
 *   begin()   waits for this window's turn and restores what was not sent
 *   changed() there is a new state: keep and send it
 *   send()    sends what is newest: "saved", "away" or "refused"
 *   say(words, unsent) the one line of save status
 *   stamp()   the form itself is going to be sent
 *   passing() whether it is
 */
export function createSync({ form, visit, collect, apply, answered: show, compare }) {
  const status = document.getElementById("note-status");
  const say = (words, unsent = false) => {
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("unsent", unsent);
  };
  const offer = (words, action, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: action });
    button.addEventListener("click", act);
    status.replaceChildren(words, button);
    status.classList.add("unsent");
  };

  const name = `note ${visit}`;
  const windows = typeof BroadcastChannel === "function" ? new BroadcastChannel("soapstone-device") : null;
  const saving = {
    base: form.elements.base.value,
    editor: form.elements.editor.value,
    revision: 0, // of the newest change on this page
    sent: 0, // the newest revision that the server has
    running: null,
    away: false, // the last try found no server
    stopped: "", // why sending goes on no more
  };
  let store = null;
  let paged = false; // the page is kept, so the newest state stays with it
  let passing = false; // the page itself is being sent
  let release = null; // gives the note to another window

  const record = () => ({ base: saving.base, editor: saving.editor, revision: saving.revision, sent: saving.sent, by: person(), entries: collect() });

  /** First onto this device, then to the server. */
  async function changed() {
    if (saving.stopped === "elsewhere") return;
    const revision = ++saving.revision;
    form.dataset.unsent = "";
    form.elements.revision.value = revision;
    later(SOON);
    const kept = store && (await store.put(record()));
    if (saving.sent >= revision || saving.stopped) return;
    if (!kept) return nowhere();
    if (!saving.away) say(`Saved on this tablet ${clock(Date.now())}`, true);
  }

  const nowhere = () => say("Not saved yet – leave this page open, it will be sent by itself", true);

  let timer = 0;
  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(send, ms);
  };

  /** Sends what is newest, one request at a time: "saved", "away" or "refused". */
  function send() {
    saving.running ??= sendAll().finally(() => (saving.running = null));
    return saving.running;
  }

  async function sendAll() {
    clearTimeout(timer);
    while (saving.sent < saving.revision && !saving.stopped) {
      const state = record();
      await store?.settled(); // nothing is sent that this device could not keep first
      const { kind, answer } = await transmit(visit, state);
      const outcome = await answered(kind, answer, state.revision);
      if (outcome !== "saved") return outcome;
    }
    return saving.stopped ? "refused" : "saved";
  }

  async function answered(kind, answer, revision) {
    saving.away = kind === "away";
    switch (kind) {
      case "saved":
        return saved(answer, revision);
      case "away":
        if (store?.works) say("No Wi-Fi – kept on this tablet, will send by itself", true);
        else nowhere();
        later(AGAIN);
        return "away";
      case "out":
        return signedOut();
      case "clash":
        saving.stopped = "clash";
        offer("Changed elsewhere – ", "review", compare);
        return "refused";
      case "closed":
        saving.stopped = "closed";
    }
    say(`Not saved: ${answer?.fields?.[0]?.message ?? answer?.message ?? "check what you entered"}`, true);
    return "refused";
  }

  async function saved(answer, revision) {
    saving.base = form.elements.base.value = String(answer.version);
    saving.sent = revision;
    if (saving.sent !== saving.revision || saving.stopped) return "saved";
    await (paged ? store.put(record()) : store?.drop());
    if (saving.sent !== saving.revision) return "saved";
    delete form.dataset.unsent;
    say(`Saved ${answer.saved}`);
    show(answer);
    return "saved";
  }

  /** The draft stays, encrypted; the page goes. It is sent after signing in. */
  async function signedOut() {
    if (!store?.works) {
      say("Not saved yet – sign in again in another window, this one goes on by itself", true);
      later(AGAIN);
      return "away";
    }
    saving.stopped = "out";
    await store.settled();
    passing = true;
    location.replace(`/sign-in?${new URLSearchParams({ next: location.pathname })}`);
    return "refused";
  }

  addEventListener("online", () => later(0));
  addEventListener("pageshow", () => {
    passing = false;
    later(0);
  });
  document.addEventListener("visibilitychange", () => later(0));
  addEventListener("beforeunload", (event) => {
    if (saving.sent < saving.revision && !store?.works && !passing) event.preventDefault();
  });
  windows?.addEventListener("message", ({ data }) => {
    if (data === "send") later(0);
    else if (data?.give === visit) give();
  });

  /* --- one window writes ----------------------------------------------------- */

  /** Takes the note for this window; false while another has it. */
  function take() {
    return new Promise((resolve) => {
      const hold = (lock) => {
        resolve(Boolean(lock));
        return lock ? new Promise((done) => (release = done)) : undefined;
      };
      // Taken away from a window that did not answer, the lock is broken.
      navigator.locks.request(name, { ifAvailable: true }, hold).catch(() => reading("This note is now written in another window. "));
    });
  }

  /** Another window asks: what is here is kept and sent before it is given. */
  async function give() {
    if (!release) return;
    saving.stopped ||= "elsewhere";
    for (const control of form.elements) control.disabled = true;
    await saving.running;
    await store?.settled();
    const done = release;
    release = null;
    done();
    await reading("This note is now written in another window. ");
  }

  /** Shows the note without writing, until it is free or asked for. */
  async function reading(words) {
    saving.stopped = "elsewhere";
    clearTimeout(timer);
    form.classList.add("note-locked");
    for (const control of form.elements) control.disabled = true;
    offer(words, "Write here instead", takeOver);
    for (;;) {
      await navigator.locks.request(name, () => {});
      await pause(TURN); // the window that had it may only be reloading
      if (await navigator.locks.request(name, { ifAvailable: true }, (lock) => lock !== null)) break;
    }
    location.reload();
  }

  function takeOver() {
    windows?.postMessage({ give: visit });
    const mine = () => {
      location.reload();
      return new Promise(() => {}); // held until the page has gone
    };
    const asked = new AbortController();
    navigator.locks.request(name, { signal: asked.signal }, mine).catch(() => {});
    setTimeout(() => {
      asked.abort();
      navigator.locks.request(name, { steal: true }, mine).catch(() => {});
    }, TURN);
  }

  /* --- coming to the page ---------------------------------------------------- */

  async function begin() {
    if (navigator.locks && !(await take())) {
      await reading("This note is open in another window. You can read it here. ");
      return new Promise(() => {});
    }
    store = await openStore(visit);
    const address = new URL(location.href);
    if (address.searchParams.has("resolved") && !shell) {
      await store.drop();
      address.searchParams.delete("resolved");
      window.history.replaceState(null, "", address);
    }
    const kept = await store.get();
    if (kept && saving.revision === 0) restore(kept);
    if (shell) paged = true;
    else (globalThis.requestIdleCallback ?? setTimeout)(keepPage);
  }

  /** What the server has is on its page already; in the shell there is nothing else. */
  async function restore(kept) {
    const waits = kept.sent !== kept.revision;
    if (!waits && !shell) return;
    if (kept.by !== undefined && kept.by !== person()) {
      saving.stopped = "foreign";
      say(`Kept on this tablet and not sent: what ${kept.by} wrote. It is sent once ${kept.by} signs in here`, true);
      return;
    }
    saving.base = form.elements.base.value = kept.base;
    saving.editor = form.elements.editor.value = kept.editor;
    saving.revision = kept.revision;
    saving.sent = waits ? kept.revision - 1 : kept.revision;
    apply([...new URLSearchParams(kept.entries)]);
    if (!waits) return;
    form.dataset.unsent = "";
    say(`Saved on this tablet ${clock(kept.at)}`, true);
    later(0);
  }

  /** Keeps what is needed to go on with this very note while the server is away. */
  async function keepPage() {
    if (document.querySelector("[data-error-summary]") || saving.stopped) return;
    if (!isSecureContext || !navigator.serviceWorker || !store.works) return alas();
    const { theme } = document.documentElement.dataset;
    const script = document.querySelector('script[src*="/note."]').getAttribute("src");
    const page = { html: served, title: document.title, look: document.body.className, theme, script, idle: IDLE };
    const put = () => store.putPage(page);
    addEventListener("session", ({ detail }) => {
      if (page.idle !== detail) put((page.idle = detail));
    });
    paged = await put();
    if (paged && saving.revision === 0) await store.put(record());
    try {
      await navigator.serviceWorker.register("/sw.js", { scope: "/visits/" });
    } catch {
      return alas(); // a certificate that this device does not trust
    }
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage(document.querySelector("[data-figure]").getAttribute("href"));
    form.dataset.kept = "";
  }

  /** Without an encrypted connection browsers give pages no worker. */
  function alas() {
    const words = Object.assign(document.createElement("small"), { className: "muted", id: "note-unguarded" });
    words.textContent = "No encrypted connection: if the server goes away, leave this page open.";
    document.querySelector(".note-head")?.append(words);
  }

  function stamp() {
    passing = true;
    form.elements.base.value = saving.base;
    form.elements.revision.value = Math.max(saving.revision, 1);
  }

  return { begin, changed, send, say, stamp, passing: () => passing };
}
