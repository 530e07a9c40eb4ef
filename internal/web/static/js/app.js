// Comforts for pages that work without them. Each is bound to the document, so
// that pieces of a page swapped in later have them too.

import "./device.js";
import { palette } from "./shortcuts.js";

document.documentElement.classList.add("js");

const closest = (event, selector) => event.target instanceof Element && event.target.closest(selector);

// A page that came back with complaints: say so first.
document.querySelector("[data-error-summary]")?.focus();

// A link to a field moves the focus into it and keeps its label in view.
document.addEventListener("click", (event) => {
  const link = closest(event, "[data-error-summary] a[href^='#']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  const frame = field.closest(".field") ?? field;
  frame.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
});

// Print.
document.addEventListener("click", (event) => {
  if (closest(event, "[data-print]")) window.print();
});

// Dialogs. Without this script the button is a link to a page.
document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const dialog = closest(event, "dialog");
  if (dialog && (closest(event, "[data-close]") || event.target === dialog)) dialog.close();
});

// The person's menu closes when one goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Appearance changes at once and is remembered in passing, so that nothing
// typed on the page is lost.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const theme = event.submitter?.value;
  if (!form.matches("[data-theme-form]") || !theme) return;
  event.preventDefault();
  document.documentElement.dataset.theme = theme;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  const body = new URLSearchParams({ theme, next: "/" });
  fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
});

// Leaving a form with changes in it asks first.
const changed = new Set();
document.addEventListener("input", (event) => {
  const form = closest(event, "form[data-guard]");
  if (form) changed.add(form);
});
addEventListener("beforeunload", (event) => {
  for (const form of changed) if (!form.isConnected) changed.delete(form);
  if (changed.size > 0) event.preventDefault();
});

// A form is sent once, however often its button is pressed. After a while it
// may be sent again: the answer can be a file, and the page stays.
const sent = new WeakSet();
const release = (form, button) => {
  sent.delete(form);
  button?.removeAttribute("aria-disabled");
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  changed.delete(form);
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(release, 5000, form, event.submitter);
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) release(form);
  for (const button of document.querySelectorAll("button[aria-disabled=true]")) release(button.form, button);
});

// What was just done can be taken back while the toast is shown: ten seconds,
// or for as long as somebody looks at it or has the focus in it.
const toast = document.querySelector("body > .page > [data-toast]");
const leave = () => setTimeout(() => (toast.matches(":hover, :focus-within") ? leave() : toast.remove()), 10000);
if (toast) leave();

// The palette opens over the page; without scripts its button is a link.
document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-palette]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  palette();
});

// Search results that follow typing: what the region says is read out, and a
// query that the browser restored is run again.
const announce = () => {
  for (const status of document.querySelectorAll("[data-status-for]")) {
    const region = document.getElementById(status.dataset.statusFor);
    const text = region?.querySelector(".results-status")?.textContent ?? "";
    if (status.textContent !== text) status.textContent = text;
  }
};
document.addEventListener("htmx:after:swap", announce);
document.addEventListener("htmx:error", () => {
  for (const status of document.querySelectorAll("[data-status-for]")) {
    status.textContent = "No connection. The list may be old.";
  }
});
addEventListener("load", () => {
  for (const input of document.querySelectorAll("form[hx-get] input[type=search]")) {
    if (input.value !== input.defaultValue) input.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// The current tab is in view.
for (const tab of document.querySelectorAll(".tabs [aria-current=page]")) {
  tab.scrollIntoView({ block: "nearest", inline: "center" });
}
