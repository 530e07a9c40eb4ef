// The note's page. The form is the note: every change is put into this
// browser's own store first, then sent as it stands; the server answers with
// what is missing and with the sentences. While the server is away, nothing is
// lost and sending goes on by itself.

import { findSites, sites } from "./body-chart.js";
import { createSync } from "./note-sync.js";

const form = document.getElementById("note");
const $ = (selector, root = form) => root.querySelector(selector);
const $$ = (selector, root = form) => [...root.querySelectorAll(selector)];
const chart = $("body-chart");
const visit = form.dataset.visit;
const SEVERITY = ["not graded", "mild", "moderate", "severe"];

/* --- what the form holds --------------------------------------------------- */

// Names that begin with "ui." choose what is shown; the three counters belong to note-sync.js.
const counters = new Set(["base", "editor", "revision"]);
const ours = (name) => name && !name.startsWith("ui.") && !counters.has(name);
const entries = () => [...new FormData(form)].filter(([name]) => ours(name));
const text = (list) => new URLSearchParams(list).toString();

const touched = (row) => $("[data-touched]", row).value === "1";
const rows = (group) => $$(`[data-group="${group}"]`);

/** A row of a group, made from its template under the given number. */
function makeRow(group, number) {
  const row = document.getElementById(`t-${group}`).content.firstElementChild.cloneNode(true);
  for (const node of [row, ...$$("*", row)]) {
    for (const attr of [...node.attributes]) {
      if (attr.value.includes("__i__")) node.setAttribute(attr.name, attr.value.replaceAll("__i__", number));
    }
  }
  return row;
}

const leave = new Set($$("[data-leave] [data-site]").map((use) => use.dataset.site)); // where nothing may be done today

const lists = { marks: "#mark-list", tx: "#tx-list", rom: "#rom" };
const freeNumber = (group) => Math.max(-1, ...rows(group).map((r) => +r.dataset.row.split(".")[1])) + 1;

const makers = {
  marks(number, data) {
    const site = sites.get(data.site);
    if (!site) return null;
    const row = makeRow("marks", number);
    const tool = $(`[name="ui.tool"][value="${data.type}"]`);
    row.dataset.site = site.id;
    row.dataset.type = data.type;
    $('[name$=".site"]', row).value = site.id;
    $('[name$=".type"]', row).value = data.type;
    $("[data-site-label]", row).textContent = site.label;
    $("[data-type-label]", row).textContent = tool.dataset.label;
    const sign = $(".sign", row);
    sign.className = `sign k-${data.type}`;
    sign.textContent = $(".sign", tool.parentNode).textContent;
    $("[data-leave-badge]", row).hidden = !leave.has(site.id);
    $(".severity", row).hidden = data.type === "treated";
    $(".severity", row).setAttribute("aria-label", `How bad: ${site.label}`);
    $(".keep", row).setAttribute("aria-label", `Still there: ${tool.dataset.label}, ${site.label}`);
    $(".drop", row).setAttribute("aria-label", `Remove: ${tool.dataset.label}, ${site.label}`);
    return row;
  },
  tx(number, data) {
    const option = $(`#f-tx-add option[value="${CSS.escape(data.technique)}"]`);
    if (!option) return null;
    const row = makeRow("tx", number);
    row.dataset.technique = option.value;
    $('[name$=".technique"]', row).value = option.value;
    $("[data-label]", row).textContent = option.textContent;
    $(".keep", row).setAttribute("aria-label", `Did this today: ${option.textContent}`);
    $(".drop", row).setAttribute("aria-label", `Remove: ${option.textContent}`);
    return row;
  },
  rom(number, data) {
    const option = $(`#f-ui-motion option[value="${CSS.escape(data.motion)}"]`);
    if (!option) return null;
    const row = document.createElement("li");
    row.className = "rom-row";
    row.dataset.row = `rom.${number}`;
    row.dataset.group = "rom";
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: `rom.${number}.motion`, value: option.value });
    const name = Object.assign(document.createElement("span"), { className: "rom-name", textContent: option.dataset.label });
    const usual = Object.assign(document.createElement("small"), { className: "muted", textContent: `usual ${option.dataset.norm}${option.dataset.unit}` });
    name.append(" ", usual);
    const cells = Object.assign(document.createElement("span"), { className: "rom-cells" });
    const wanted = option.hasAttribute("data-midline") ? ["M"] : ["L", "R"];
    for (const cell of document.getElementById("t-rom").content.children) {
      const copy = cell.cloneNode(true);
      const input = $("input", copy);
      if (!wanted.includes(input.name.split(".")[2])) continue;
      for (const node of [copy, ...$$("*", copy)]) {
        for (const attr of [...node.attributes]) node.setAttribute(attr.name, attr.value.replaceAll("__i__", number));
      }
      for (const b of $$("[data-step]", copy)) {
        b.dataset.start = option.dataset.high;
        b.setAttribute("aria-label", b.getAttribute("aria-label").replace(", ,", `, ${option.dataset.label},`));
      }
      $(".vh", copy).textContent = `${option.dataset.label}, `;
      cells.append(copy);
    }
    row.append(hidden, name, cells);
    return row;
  },
};

function addRow(group, data, number = freeNumber(group)) {
  const row = makers[group](number, data);
  if (row) $(lists[group]).append(row);
  return row;
}

/* --- keeping the page in step with the form -------------------------------- */

function badge(row) {
  const severity = $(".severity", row).value;
  const last = row.dataset.last;
  let state = "new";
  let words = "new";
  if (!touched(row)) [state, words] = ["carried", `from ${form.dataset.from}`];
  else if (last !== "" && last === severity) [state, words] = ["confirmed", "still there"];
  else if (last !== "") [state, words] = ["changed", `was ${SEVERITY[+last]}`];
  row.className = `mark-row ${state}`;
  $("[data-badge]", row).textContent = words;
}

/** Each technique can be placed on what is marked, and keeps what it has. */
function placeChips(row, marked) {
  const box = $(".tx-sites", row);
  const have = new Map($$("[data-site-chip]", box).map((c) => [c.dataset.siteChip, c]));
  for (const [id, chip] of have) if (!marked.has(id) && !$("input", chip).checked) chip.remove();
  for (const id of marked) {
    if (have.has(id)) continue;
    box.insertBefore(placeChip(row, id), $(".tx-region", box));
  }
}

function placeChip(row, id) {
  const chip = document.getElementById("t-site").content.firstElementChild.cloneNode(true);
  const input = $("input", chip);
  chip.dataset.siteChip = id;
  input.name = `${row.dataset.row}.site`;
  input.id = `f-${row.dataset.row.replaceAll(".", "-")}-site-${id}`;
  input.value = id;
  $("[data-label]", chip).textContent = sites.get(id)?.label ?? id;
  return chip;
}

function refresh() {
  const marked = new Set();
  for (const row of rows("marks")) {
    badge(row);
    if (touched(row)) marked.add(row.dataset.site);
  }
  for (const row of rows("tx")) {
    row.classList.toggle("carried", !touched(row));
    if (!touched(row)) $("[data-badge]", row).textContent = "";
    placeChips(row, marked);
  }
  for (const input of $$(".rom-cell .input")) {
    input.classList.toggle("changed", input.value !== "" && input.value !== (input.dataset.last ?? ""));
  }
  document.getElementById("mark-none").hidden = rows("marks").length > 0;
  chart.draw(rows("marks").map((r) => ({ site: r.dataset.site, type: r.dataset.type, carried: !touched(r) })));
  sums();
}

const minutesOf = (value) => (/^\d\d:\d\d$/.test(value) ? +value.slice(0, 2) * 60 + +value.slice(3) : NaN);

function sums() {
  const length = minutesOf(form.elements.stop.value) - minutesOf(form.elements.start.value);
  const minutes = rows("tx").reduce((n, r) => n + (touched(r) ? +$('[name$=".minutes"]', r).value || 0 : 0), 0);
  $("#tx-sum").textContent = `${length > 0 ? `visit ${length} min · ` : ""}${minutes} min of treatment`;
  tick();
}

/** The time of day at the visit's place. */
const wall = () => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: form.dataset.zone }).format(new Date());

/** The session clock runs from the start that is entered until a stop is. */
function tick() {
  const [start, stop] = ["start", "stop"].map((name) => minutesOf(form.elements[name].value));
  let words = "not running";
  if (stop > start) words = `${stop - start} min`;
  else if (start >= 0 && form.elements.stop.value === "" && form.dataset.today !== undefined && minutesOf(wall()) >= start) words = `running, ${minutesOf(wall()) - start} min`;
  const clock = document.getElementById("session-clock");
  if (clock.textContent !== words) clock.textContent = words;
}
setInterval(tick, 10_000);

/** Puts a stored list of entries back into the form. */
function apply(list) {
  const byName = new Map();
  for (const [name, value] of list) byName.set(name, [...(byName.get(name) ?? []), value]);
  const one = (name) => byName.get(name)?.[0] ?? "";
  for (const group of Object.keys(lists)) {
    const wanted = new Set([...byName.keys()].filter((n) => n.startsWith(`${group}.`)).map((n) => n.split(".").slice(0, 2).join(".")));
    for (const row of rows(group)) if (!wanted.delete(row.dataset.row)) row.remove();
    for (const p of wanted) {
      const data = { site: one(`${p}.site`), type: one(`${p}.type`), technique: one(`${p}.technique`), motion: one(`${p}.motion`) };
      addRow(group, data, p.split(".")[1]);
    }
  }
  for (const row of rows("tx")) for (const id of byName.get(`${row.dataset.row}.site`) ?? []) placeChipFor(row, id);
  for (const value of byName.get("home") ?? []) homeChip(value);
  for (const control of form.elements) {
    if (!ours(control.name) || control.type === "submit") continue;
    const values = byName.get(control.name) ?? [];
    if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
  }
  refresh();
}

function placeChipFor(row, id) {
  const box = $(".tx-sites", row);
  if (!$(`[data-site-chip="${CSS.escape(id)}"]`, box)) box.insertBefore(placeChip(row, id), $(".tx-region", box));
}

function homeChip(value) {
  const there = $$('[name="home"]').find((c) => c.value === value);
  if (there) return there;
  const chip = document.getElementById("t-home").content.firstElementChild.cloneNode(true);
  const input = $("input", chip);
  input.value = value;
  input.id = `f-home-${$$('[name="home"]').length}`;
  $("[data-label]", chip).textContent = value;
  $("#home-list").append(chip);
  return input;
}

/* --- every change is a step that can be undone, and is saved ---------------- */

const STEPS = 200; // that can be taken back
const PAUSE = 1500; // milliseconds after which typing is a new step

let stored = text(entries());
const undone = []; // for Redo: states that were taken back, the newest last
const done = []; // for Undo: earlier states
let typing = { field: "", at: 0 }; // typing in one field without a pause is one step

const sync = createSync({
  form,
  visit,
  collect: () => stored,
  apply(list) {
    apply(list);
    stored = text(entries());
  },
  answered: show,
  compare: () => submitAs("save"),
});

/** Takes note of a change; from says what changed, so that typing is one step. */
function commit(from = "") {
  refresh();
  const now = entries();
  if (text(now) === stored) return;
  if (from === "" || from !== typing.field || Date.now() - typing.at > PAUSE) done.push(stored);
  if (done.length > STEPS) done.shift();
  undone.length = 0;
  typing = { field: from, at: Date.now() };
  stored = text(now);
  undoButtons();
  sync.changed();
}

/** What the server worked out from the note. */
function show(answer) {
  const missing = document.getElementById("missing");
  missing.dataset.count = answer.missing.length;
  if (answer.missing.length === 0) {
    const counts = document.createElement("span");
    counts.textContent = answer.counts;
    missing.replaceChildren(counts);
  } else {
    const title = document.createElement("strong");
    title.textContent = `Missing (${answer.missing.length}):`;
    missing.replaceChildren(title, ...answer.missing.flatMap((m) => [" ", Object.assign(document.createElement("a"), { href: `#${fieldID(m.field)}`, textContent: m.text })]));
  }
  document.getElementById("sign").classList.toggle("primary", answer.missing.length === 0);
  document.getElementById("tx-units").textContent = answer.units;
  document.getElementById("beyond").hidden = answer.beyond.length === 0;
  for (const row of rows("tx")) {
    const was = answer.was.find((w) => w.row === row.dataset.row);
    const badge = $("[data-badge]", row);
    badge.dataset.state = was?.is ?? "";
    badge.textContent = was?.text ?? "";
    lines($("[data-warn]", row), answer.beyond.filter((b) => b.field.startsWith(`${row.dataset.row}.`)).map((b) => b.text), "li");
  }
  lines(document.getElementById("drafted"), answer.drafted, "li");
  for (const part of $$("[data-part]")) lines(part, answer.text[part.dataset.part] ?? [], "p");
}

function lines(box, list, tag) {
  box.replaceChildren(
    ...list.map((line) => {
      const node = document.createElement(tag);
      node.textContent = line;
      if (tag === "p") node.className = "prewrap";
      return node;
    }),
  );
}

const fieldID = (name) => `f-${name.replaceAll(/[^\w-]/g, "-")}`;

/* --- what a hand does ------------------------------------------------------ */

const tool = () => $('[name="ui.tool"]:checked');

function mark(id) {
  const type = tool().value;
  const there = rows("marks").find((r) => r.dataset.site === id && r.dataset.type === type);
  const name = `${tool().dataset.label} – ${sites.get(id).label}`;
  if (!there) {
    addRow("marks", { site: id, type });
    chart.say(name);
  } else if (!touched(there)) {
    $("[data-touched]", there).value = "1";
    chart.say(`${name}: still there`);
  } else {
    drop(there);
    chart.say(`Taken out: ${name}`);
  }
  commit();
}

/** Takes a row out; what came from the last note is offered again. */
function drop(row) {
  if (row.dataset.group === "marks" && row.dataset.last !== "") {
    $("[data-touched]", row).value = "";
    $(".severity", row).value = row.dataset.last;
  } else if (row.dataset.group === "tx" && row.dataset.offer) {
    const offer = JSON.parse(row.dataset.offer);
    $("[data-touched]", row).value = "";
    $('[name$=".minutes"]', row).value = "";
    $('[name$=".region"]', row).value = offer.region;
    $('[name$=".position"]', row).value = offer.position;
    for (const radio of $$('[name$=".pressure"]', row)) radio.checked = radio.value === offer.pressure;
    for (const id of offer.site) placeChipFor(row, id);
    for (const box of $$('[name$=".site"]', row)) box.checked = offer.site.includes(box.value);
  } else {
    row.remove();
  }
}

function addTechnique(technique) {
  const row = addRow("tx", { technique });
  if (!row) return;
  commit();
  row.scrollIntoView({ block: "nearest" });
  $('[name$=".minutes"]', row).focus({ preventScroll: true });
}

/** The buttons that without this script would send the form. */
const buttons = {
  mark: addFound,
  motion: () => {},
  home() {
    const field = form.elements["ui.home"];
    if (field.value.trim() === "") return;
    homeChip(field.value.trim()).checked = true;
    field.value = "";
    commit();
  },
  tx: addTechnique,
  keep(p) {
    const row = $(`[data-row="${p}"]`);
    $("[data-touched]", row).value = "1";
    commit();
    if (row.dataset.group === "tx") $('[name$=".minutes"]', row).focus({ preventScroll: true });
  },
  drop(p) {
    drop($(`[data-row="${p}"]`));
    commit();
  },
};

function addFound() {
  const field = form.elements["ui.find"];
  const [site] = findSites(field.value, 1);
  if (!site) {
    chart.say(field.value.trim() ? "No place is called that" : "Type the name of a place");
    field.focus();
    return;
  }
  if (site.view !== chart.view) setView(site.view);
  mark(site.id);
  field.value = "";
  hits();
}

function hits() {
  const box = $(".find-hits");
  const found = findSites(form.elements["ui.find"].value, 4);
  box.hidden = found.length === 0;
  box.replaceChildren(
    ...found.map((site) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: site.label });
      button.addEventListener("click", () => {
        form.elements["ui.find"].value = site.label;
        addFound();
      });
      return button;
    }),
  );
}

function setView(view) {
  $(`[name="ui.view"][value="${view}"]`).checked = true;
  frame();
}

function frame() {
  const view = $('[name="ui.view"]:checked').value;
  const zone = $('[name="ui.zone"]:checked');
  chart.show(view, zone.dataset[view], zone.dataset.label);
}

form.addEventListener("site", (event) => mark(event.detail));

form.addEventListener("change", (event) => {
  const { name } = event.target;
  if (name === "ui.view" || name === "ui.zone") frame();
  else if (name === "ui.technique" && event.target.value) {
    const chosen = event.target.value;
    event.target.value = "";
    addTechnique(chosen);
  } else if (name === "ui.motion" && event.target.value) {
    const row = rows("rom").find((r) => $('[name$=".motion"]', r).value === event.target.value) ?? addRow("rom", { motion: event.target.value });
    event.target.value = "";
    commit();
    $(".rom-cell .input", row)?.focus();
  } else if (ours(name)) commit();
});

form.addEventListener("input", (event) => {
  const { name, type } = event.target;
  if (name === "ui.find") hits();
  else if (ours(name) && type !== "checkbox" && type !== "radio" && event.target.tagName !== "SELECT") commit(name);
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !form.contains(button)) return;
  if (button.dataset.step) stepBy(button);
  else if (button.dataset.set) setMinutes(button);
  else if (button.dataset.now) setNow(button);
  else if (button.id === "undo") undo();
  else if (button.id === "redo") redo();
});

function stepBy(button) {
  const input = $("input", button.parentNode);
  const from = input.value === "" ? +button.dataset.start : +input.value;
  const next = from + +button.dataset.step;
  const least = input.name.startsWith("tx.") ? 1 : -90;
  input.value = String(Math.max(least, Number.isFinite(next) ? next : 0));
  commit();
}

function setMinutes(button) {
  $("input", button.parentNode).value = button.dataset.set;
  commit();
}

function setNow(button) {
  form.elements[button.dataset.now].value = button.dataset.suggested || wall();
  commit();
}

function undoButtons() {
  document.getElementById("undo").disabled = done.length === 0;
  document.getElementById("redo").disabled = undone.length === 0;
}

/** Goes one step back, or forward again: from one list of states to the other. */
function go(from, to) {
  const state = from.pop();
  if (state === undefined) return;
  to.push(stored);
  apply([...new URLSearchParams(state)]);
  stored = text(entries());
  typing.field = "";
  undoButtons();
  sync.changed();
}

const undo = () => go(done, undone);
const redo = () => go(undone, done);

/* --- sending the page itself: signing, comparing --------------------------- */

function submitAs(op) {
  sync.stamp();
  // Not at once: within the submit event of a press a further one is ignored.
  setTimeout(() => form.requestSubmit($(`button[name="do"][value="${op}"]`)));
}

form.addEventListener("submit", async (event) => {
  if (sync.passing()) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // the page stays: it is not "sent"
  const op = event.submitter?.value ?? "save";
  const [verb, arg] = op.split(/:(.*)/);
  if (op === "sign") await sign();
  else if (op === "save" && form.elements["ui.find"].value) addFound();
  else if (op === "save" && form.elements["ui.home"].value) buttons.home();
  else if (op === "save") sync.send();
  else buttons[verb]?.(arg);
}, true);

async function sign() {
  const outcome = await sync.send();
  if (outcome === "away") sync.say("Not signed: the server is away. Your note is kept and will be saved.", true);
  if (outcome !== "saved") return;
  document.getElementById("missing").classList.add("asked"); // all of it is shown from now on
  const first = $("#missing a");
  if (first) return jump(first.hash.slice(1));
  submitAs("sign");
}

function jump(target) {
  // What was done last time is offered before what else there is.
  const offered = target === "f-tx-add" ? $('[data-group="tx"] .keep:not([hidden])') : null;
  if (offered?.checkVisibility()) {
    offered.scrollIntoView({ block: "center" });
    return offered.focus({ preventScroll: true });
  }
  const field = document.getElementById(target) ?? document.getElementById(`${target}-1`) ?? document.getElementById(`${target}-0`);
  if (!field) return;
  (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}

form.addEventListener("click", (event) => {
  const link = event.target.closest("#missing a");
  if (!link) return;
  event.preventDefault();
  jump(link.hash.slice(1));
});

/* --- keys ------------------------------------------------------------------ */

addEventListener("keydown", (event) => {
  const types = event.target.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  // Fields of the note are taken back with everything else, step by step.
  const ownUndo = types && !(form.contains(event.target) && ours(event.target.name));
  let act = null;
  if (command && key === "enter") act = sign;
  else if (command && key === "z" && !ownUndo) act = event.shiftKey ? redo : undo;
  else if (command && key === "y" && !ownUndo) act = redo;
  else if (command) return; // the browser's own
  else if (key === "/" && !types) act = () => form.elements["ui.find"].focus();
  else if (/^\d$/.test(key) && event.target.name === "pain") act = () => pain(key);
  else if (event.target instanceof HTMLTextAreaElement && form.contains(event.target)) {
    const at = event.target.selectionEnd;
    if (key === " " && named(event.target)) act = () => expand(event.target);
    else if (key === "tab" && !event.shiftKey && named(event.target)) act = () => expand(event.target);
    else if (key === "tab" && !event.shiftKey && blankAfter(event.target, at)) act = () => nextBlank(event.target, at);
  }
  if (!act) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // digits and letters mean other things elsewhere
  act();
}, true);

let digit = { key: "", at: 0 };

/** A digit chooses the pain; 1 and 0 shortly after each other are 10. */
function pain(key) {
  const ten = key === "0" && digit.key === "1" && Date.now() - digit.at < PAUSE;
  digit = { key, at: Date.now() };
  const choice = $(`[name="pain"][value="${ten ? "10" : key}"]`);
  choice.checked = true;
  choice.focus();
  commit();
}

/* --- phrases ----------------------------------------------------------------- */

const BLANK = "___";

const phrases = new Map();
for (const p of document.getElementById("phrases").content.children) {
  if (!phrases.has(p.dataset.name)) phrases.set(p.dataset.name, p.textContent);
}

/** The phrase whose name stands behind a dot before the cursor: where it begins, and its words. */
function named(field) {
  const at = field.selectionStart;
  const name = at === field.selectionEnd && field.value.slice(0, at).match(/(?:^|\s)\.([a-z][a-z0-9-]*)$/i)?.[1];
  const words = name && phrases.get(name.toLowerCase());
  return words ? { from: at - name.length - 1, words } : null;
}

/** Puts the phrase in, a step of its own, and goes to its first blank. */
function expand(field) {
  const { from, words } = named(field);
  typing.field = "";
  field.setRangeText(words, from, field.selectionStart, "end");
  if (words.includes(BLANK)) nextBlank(field, from);
  else field.setRangeText(" ", field.selectionEnd, field.selectionEnd, "end");
  commit();
}

const blankAfter = (field, from) => field.value.indexOf(BLANK, from) >= 0;

/** Selects the next blank behind a place, so that typing fills it. */
function nextBlank(field, from) {
  const at = field.value.indexOf(BLANK, from);
  field.setSelectionRange(at, at + BLANK.length);
}

const banner = document.querySelector(".banner-slot");
if (banner) {
  new ResizeObserver(([{ target }]) => document.documentElement.style.setProperty("--banner", `${target.offsetHeight}px`)).observe(banner);
}

// The history stands open where there is room beside the note.
const past = document.getElementById("history");
const wide = matchMedia("(min-width: 64rem)");
const unfold = () => past && (past.open = wide.matches);
wide.addEventListener("change", unfold);
unfold();

form.elements["ui.find"].removeAttribute("list"); // our own hits find more
sync.begin().then(() => {
  refresh();
  document.documentElement.dataset.note = "ready";
});
