// Keys and the running total of the workbench. Everything here can be done
// without it: the checkboxes belong to the form, and each key is a link or a
// button of the page.
const setting = "soapstone-single-keys";
const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
const boxes = () => [...document.querySelectorAll("input[name=claim][form=send]")];
const send = document.querySelector("[data-send]");
const all = document.querySelector("[data-all]");
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

// What is chosen stands on the button.
const total = () => {
  if (!send) return;
  const chosen = boxes().filter((b) => b.checked);
  const cents = chosen.reduce((sum, b) => sum + Number(b.dataset.cents), 0);
  const words = chosen.length === 1 ? "1 claim" : `${chosen.length} claims`;
  send.querySelector("span").textContent = `Send ${words} · 837P · ${dollars.format(cents / 100)}`;
  all.setAttribute("aria-pressed", String(chosen.length === boxes().length));
};
const choose = (on) => {
  for (const b of boxes()) b.checked = on;
  total();
};
document.addEventListener("change", (e) => {
  if (e.target.name === "claim") total();
});
all?.addEventListener("click", () => choose(boxes().some((b) => !b.checked)));

// Single keys can be switched off: speech input presses them by accident.
const off = () => localStorage.getItem(setting) === "off";
const toggle = document.querySelector("[data-single-keys]");
if (toggle) {
  toggle.checked = !off();
  toggle.addEventListener("change", () => localStorage.setItem(setting, toggle.checked ? "on" : "off"));
}

const current = () => document.activeElement?.closest?.("[data-row]");
const step = (by) => {
  const list = rows();
  const at = list.indexOf(current());
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1);
  list[next]?.querySelector("[data-open]").focus();
};
const keys = {
  j: () => step(1),
  k: () => step(-1),
  x: () => (current() ?? rows()[0])?.querySelector("input[name=claim]")?.click(),
  f: () => (current() ?? document).querySelector("[data-fix]")?.click(),
  a: () => (send ? choose(true) : document.querySelector('[data-claim-tabs] a[href*="state=ready"]')?.click()),
};

addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.altKey || e.target.closest("dialog, textarea, select, [contenteditable]")) return;
  const typing = e.target.closest("input:not([type=checkbox], [type=radio])");
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
    if (!send || e.target.closest("form")) return;
    e.preventDefault();
    send.click();
    return;
  }
  if (e.ctrlKey || e.metaKey || typing || off()) return;
  if (/^[1-9]$/.test(e.key)) {
    document.querySelectorAll("[data-claim-tabs] a")[Number(e.key) - 1]?.click();
  } else if (Object.hasOwn(keys, e.key)) {
    e.preventDefault();
    keys[e.key]();
  }
});
