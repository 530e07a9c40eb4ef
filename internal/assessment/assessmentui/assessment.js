// Speeds up an assessment: a number pad for angles, and places added by a tap
// on the drawn body. Without it numbers are typed, places are named, and the
// buttons of the page do the rest.
import "./body-chart.js";

const form = document.querySelector("[data-assessment]");
const fields = form ? [...form.querySelectorAll("[data-rom]")] : [];
const pad = document.getElementById("pad");
if (pad) angles();
const rows = form?.querySelector("[data-rows]");
if (rows) places();

function angles() {
  const fingers = matchMedia("(pointer: coarse), (max-width: 64rem)");
  const toggle = document.querySelector("[data-pad-toggle]");
  const what = pad.querySelector(".pad-what");
  const shows = pad.querySelector(".pad-value");
  const painKey = pad.querySelector("[data-pad=pain]");
  const log = []; // what was there before each entry, the newest last
  let current = fields[0];
  let fresh = true; // the next digit begins a new value
  let touched; // the field whose state stands at the end of the log
  let entered; // the field that got the last value
  let wanted = fingers.matches;

  const flag = (field, part) => form.elements.namedItem(`${field.dataset.rom}.${part}`);
  const visible = () => fields.filter((f) => f.checkVisibility());
  // full tells that no further digit can make a value that is taken.
  const full = (f) => /^\d+$/.test(f.value.trim()) && Number(f.value) > 0 && Number(f.value) * 10 > Number(f.dataset.limit);
  const number = (f) => (f && /^\d+(\.\d*)?$/.test(f.value.trim()) ? Number(f.value) : undefined);

  // Words beside a value as the page itself says them: low, or less than the other side.
  function badge(text, tone) {
    const b = document.createElement("span");
    b.className = `badge ${tone}`;
    b.textContent = text;
    return b;
  }
  function words(field) {
    const out = [];
    const value = number(field);
    const norm = Number(field.dataset.norm);
    const within = flag(field, "wnl").value === "yes";
    const other = field.dataset.other && number(fields.find((f) => f.dataset.rom === field.dataset.other));
    if (within) out.push(badge("Within normal limits", "neutral"));
    else if (value !== undefined && norm > 0 && value < norm) {
      const share = Math.round((value / norm) * 100);
      out.push(value / norm < 0.75 ? badge(`Low, ${share}% of norm`, "warn") : badge(`${share}% of norm`, "neutral"));
    }
    if (value !== undefined && other !== undefined && other - value > 10) {
      out.push(badge(`${Math.round((other - value) * 10) / 10}° less than ${field.dataset.rom.endsWith("L") ? "right" : "left"}`, "warn"));
    }
    if (flag(field, "pain").checked) out.push(badge("Painful at the end", "warn"));
    form.querySelector(`[data-marks="${field.dataset.rom}"]`).replaceChildren(...out);
  }
  function judge(field) {
    words(field);
    const other = fields.find((f) => f.dataset.rom === field.dataset.other);
    if (other) words(other);
  }

  // Pain belongs to the value just entered as long as the next one is empty.
  const painful = () => (fresh && current.value === "" && entered ? entered : current);
  function tell() {
    const list = visible();
    what.textContent = current.dataset.said;
    shows.textContent = current.value === "" ? `${list.filter((f) => f.value !== "").length} of ${list.length}` : `${current.value}°`;
    painKey.setAttribute("aria-pressed", String(flag(painful(), "pain").checked));
    painKey.setAttribute("aria-label", `Pain at the end: ${painful().dataset.said.replace(/, norm.*/, "")}`);
  }
  function remember(field) {
    if (touched === field) return;
    touched = field;
    log.push({ field, value: field.value, wnl: flag(field, "wnl").value, pain: flag(field, "pain").checked });
  }
  function changed(field) {
    field.dispatchEvent(new Event("change", { bubbles: true }));
    form.dispatchEvent(new Event("input", { bubbles: true })); // the page asks before it is left
    judge(field);
    tell();
  }
  function go(field) {
    if (!field) return tell();
    field.focus({ preventScroll: true });
    field.select();
    field.scrollIntoView({ block: "nearest" });
  }
  function next() {
    const list = visible();
    const after = list[list.indexOf(current) + 1];
    if (current.value !== "") entered = current;
    if (after) go(after);
    else {
      fresh = true;
      touched = undefined;
      tell();
    }
  }
  function put(value, wnl) {
    remember(current);
    current.value = value;
    flag(current, "wnl").value = wnl ? "yes" : "";
    changed(current);
  }
  function pain() {
    const field = painful();
    remember(field);
    const box = flag(field, "pain");
    box.checked = !box.checked;
    changed(field);
  }
  function undo() {
    const last = log.pop();
    touched = undefined;
    if (!last) return;
    last.field.value = last.value;
    flag(last.field, "wnl").value = last.wnl;
    flag(last.field, "pain").checked = last.pain;
    entered = undefined;
    changed(last.field);
    go(last.field);
  }
  function shift(by) {
    const base = number(current) ?? Number(current.dataset.norm);
    put(String(Math.min(Math.max(base + by, 0), Number(current.dataset.limit))), false);
    fresh = false;
  }
  function press(key) {
    if (/^\d$/.test(key)) {
      put(fresh ? key : current.value + key, false);
      fresh = false;
      if (full(current)) next();
    } else if (key === "wnl") {
      put(current.dataset.norm, true);
      next();
    } else if (key === "back") put(current.value.slice(0, -1), false);
    else if (key === "+5" || key === "-5") shift(Number(key));
    else if (key === "pain") pain();
    else if (key === "next") next();
    else if (key === "undo") undo();
    else close();
  }

  function open() {
    pad.hidden = false;
    toggle.setAttribute("aria-expanded", "true");
    document.documentElement.classList.add("pad-open");
    for (const f of fields) f.inputMode = "none"; // our own keys are in view
    tell();
  }
  function close() {
    pad.hidden = true;
    toggle.setAttribute("aria-expanded", "false");
    document.documentElement.classList.remove("pad-open");
    for (const f of fields) f.inputMode = "numeric";
    if (document.activeElement === current || pad.contains(document.activeElement)) document.activeElement.blur();
  }

  for (const field of fields) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = "WNL";
    button.setAttribute("aria-label", `WNL, within normal limits: ${field.labels[0].textContent.trim()}, ${field.dataset.norm}`);
    button.addEventListener("click", () => {
      current = field;
      press("wnl");
    });
    flag(field, "pain").closest("label").after(button);
    flag(field, "pain").addEventListener("change", () => judge(field));
    field.addEventListener("focus", () => {
      if (current !== field) touched = undefined;
      current = field;
      fresh = true;
      if (wanted) open();
      tell();
    });
    field.addEventListener("beforeinput", () => remember(field));
    field.addEventListener("input", (event) => {
      flag(field, "wnl").value = "";
      fresh = false;
      judge(field);
      tell();
      if (event.inputType === "insertText" && full(field)) next();
    });
    field.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = { Enter: next, p: pain, P: pain, Escape: close }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }
  // Enter never sends the form from here, and p is never typed.
  form.addEventListener("keypress", (event) => {
    if (["Enter", "p", "P"].includes(event.key) && event.target.matches("[data-rom]")) event.preventDefault();
  });
  // A press on the pad leaves the focus in the field.
  pad.addEventListener("pointerdown", (event) => event.preventDefault());
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-pad]");
    if (key) press(key.dataset.pad);
  });
  document.addEventListener("focusin", (event) => {
    if (!pad.hidden && !pad.contains(event.target) && !event.target.matches("[data-rom]")) close();
  });
  toggle.addEventListener("click", () => {
    wanted = pad.hidden;
    if (wanted) go(current);
    else close();
  });
}

function places() {
  const chart = form.querySelector("body-chart");
  const box = form.querySelector("[data-chart]");
  const zone = box.querySelector("[name='ui.zone']");
  const none = form.querySelector("[data-none]");
  const template = document.getElementById("t-palp");
  const list = () => [...rows.querySelectorAll("[data-felt]")];
  const find = (site) => list().find((r) => r.querySelector("[name$='.site']").value === site);

  function draw() {
    chart.draw(
      list().map((row) => {
        const chosen = (part) => row.querySelector(`[name$='.${part}']:checked`);
        const type = chosen("trigger") ? "trigger" : Number(chosen("tender")?.value) > 0 ? "pain" : "tight";
        return { site: row.querySelector("[name$='.site']").value, type, carried: !row.querySelector(":checked") };
      }),
    );
    none.hidden = list().length > 0;
  }
  function add(site, label) {
    let row = find(site);
    if (!row) {
      const n = Math.max(-1, ...list().map((r) => Number(r.dataset.felt.split(".")[1]))) + 1;
      const copy = template.content.cloneNode(true);
      for (const e of copy.querySelectorAll("*")) {
        for (const a of e.attributes) if (a.value.includes("__N__")) a.value = a.value.replaceAll("__N__", n);
      }
      row = copy.querySelector("[data-felt]");
      row.querySelector("[data-site-label]").textContent = label;
      row.querySelector("[data-drop] span").textContent = `Remove ${label.charAt(0).toLowerCase()}${label.slice(1)}`;
      row.querySelector("[name$='.site']").value = site;
      rows.append(copy);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
    draw();
    chart.say(label);
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("input:not([type=hidden])").focus({ preventScroll: true });
  }
  const labels = new Map([...document.querySelectorAll("#sites option")].map((o) => [o.dataset.id, o.value]));
  const show = () => {
    const view = box.querySelector("[name='ui.view']:checked").value;
    chart.show(view, zone.selectedOptions[0].dataset[view]);
  };
  chart.addEventListener("site", (event) => add(event.detail, labels.get(event.detail)));
  box.addEventListener("change", show);
  rows.addEventListener("change", draw);
  rows.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    drop.closest("[data-felt]").remove();
    form.dispatchEvent(new Event("input", { bubbles: true }));
    draw();
    document.getElementById("f-add").focus();
  });
  draw();
}
