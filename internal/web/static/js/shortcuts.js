// Shortcuts, all of them from one table, which the page of help shows as well.
// Each presses what is on the page for everybody: a link of the navigation, a
// button of the row. What is not there cannot be pressed. Single letters are
// left alone in fields and dialogs, and where the person switched them off.
import table from "./keys.js";
import { togglePrivacy } from "./privacy.js";

const $ = (selector, within = document) => within.querySelector(selector);
const seen = (e) => e.checkVisibility();
const single = () => document.documentElement.dataset.keys !== "off";

const rows = () => [...document.querySelectorAll("main :is([data-row], .list > li, .table tbody > tr)")].filter((r) => seen(r) && handle(r));
const handle = (row) => $("[data-verb]", row) ?? $("[data-open]", row) ?? $("a[href], button, summary, input", row);
const current = () => document.activeElement?.closest("main :is([data-row], .list > li, .table tbody > tr)");

const step = (by) => {
  const all = rows();
  const at = all.indexOf(current());
  const start = [":target", "[aria-current]"].map((s) => all.findIndex((r) => r.matches(s))).find((n) => n >= 0) ?? 0;
  const row = all[at < 0 ? start : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (row) handle(row).focus();
};

// The first link of the page that leads to where a thing is made or changed.
const leading = (ending) => ["[class*=head-actions]", "main"].map((part) =>
  $(`${part} a:is([href$="/${ending}"], [href*="/${ending}?"])`)).find(Boolean);

export const palette = () => {
  const opener = $("[data-palette]");
  if (opener) import("./palette.js").then((m) => m.open(opener.dataset.palette), () => opener.click());
};

const actions = {
  palette,
  finish: (e) => (e.target.closest("form") ? $("button.primary[type=submit]", e.target.closest("form")) : $("[data-finish]"))?.click(),
  undo: (e, typing) => (typing ? false : $("[data-undo]")?.click()),
  find: () => {
    const box = $("main input[type=search]");
    if (!box) return palette();
    box.focus();
    box.select();
  },
  create: () => ($('[data-key="n"]') ?? leading("new"))?.click(),
  edit: () => leading("edit")?.click(),
  tab: (e) => [...($("main [data-numbered]") ?? document).querySelectorAll("main .tabs a")][Number(e.key) - 1]?.click(),
  privacy: () => togglePrivacy(),
  help: () => {
    const link = $("[data-help]");
    if (link) location.assign(link.href + "#keyboard");
  },
  next: () => step(1),
  previous: () => step(-1),
  tick: () => current() && $("input[type=checkbox]", current())?.click(),
};

const press = (key) => {
  const row = current();
  const found = row && $(`[data-key="${key}"]`, row);
  (found ?? [...document.querySelectorAll(`[data-key="${key}"]`)].find((b) => !b.closest("[data-row]")))?.click();
};
const go = (names) => names.split(" ").map((n) => $(`[data-nav="${n}"]`)).find(Boolean)?.click();

const named = (e) => {
  const key = /^[1-9]$/.test(e.key) ? "1–9" : e.key.length === 1 ? (e.shiftKey && /[a-z]/i.test(e.key) ? "Shift-" + e.key.toUpperCase() : e.key) : e.key;
  return e.ctrlKey || e.metaKey ? "Ctrl-" + key.replace(/^.$/, (k) => k.toUpperCase()) : key;
};

let before = ""; // the first of two letters
let forget;
addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.isComposing || e.altKey || !(e.target instanceof Element)) return;
  const typing = Boolean(e.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog"));
  const name = named(e);
  const combined = before && before + " " + name;
  before = "";
  const found = table.find((k) => k.keys === combined) ?? table.find((k) => k.keys === name);
  if (!found) {
    if (typing || !single() || !table.some((k) => k.keys.startsWith(name + " "))) return;
    before = name;
    clearTimeout(forget);
    forget = setTimeout(() => (before = ""), 1500);
    return;
  }
  if (!found.always && (typing || !single())) return;
  if (!found.go && !found.press && !found.do) return;
  if (found.go) go(found.go);
  else if (found.press) press(found.press);
  else if (actions[found.do](e, typing) === false) return;
  e.preventDefault();
});
