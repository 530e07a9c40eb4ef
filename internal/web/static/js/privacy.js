// Hides what tells who somebody is, on the screen alone. The server knows of it
// by a cookie of this browser session, so that the next page begins hidden.
const root = document.documentElement;
const form = document.querySelector("[data-privacy-form]");

export const togglePrivacy = () => form?.requestSubmit();

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const on = root.dataset.privacy !== "on";
  root.dataset.privacy = on ? "on" : "off";
  const button = form.querySelector("button");
  button.value = on ? "off" : "on";
  document.querySelector("[data-privacy-status]").textContent = on ? "Names are hidden." : "Names are shown.";
  fetch(form.action, { method: "POST", body: new URLSearchParams({ privacy: on ? "on" : "off", "back-to": "/" }), redirect: "manual" }).catch(() => {});
});
