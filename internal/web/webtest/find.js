// What webtest asks of a page. One expression: an object of functions.
(() => {
  const norm = (s) => (s ?? "").replace(/\s+/g, " ").trim();
  const text = (e) => {
    const copy = e.cloneNode(true);
    for (const x of copy.querySelectorAll(".optional, svg, input, select, textarea, .menu-panel")) x.remove();
    return norm(copy.textContent);
  };
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const names = (e) => {
    const out = [...(e.labels ?? [])].map(text);
    const by = e.getAttribute("aria-labelledby");
    if (by) out.push(norm(by.split(/\s+/).map((i) => document.getElementById(i)?.textContent).join(" ")));
    if (e.ariaLabel) out.push(norm(e.ariaLabel));
    return out.filter(Boolean);
  };
  const pick = (list, name) => {
    const want = norm(name);
    return (
      list.find(([, n]) => n.includes(want)) ?? // exactly one of its names
      list.find(([, n]) => n.some((x) => x.startsWith(want))) ??
      list.find(([, n]) => n.some((x) => x.includes(want)))
    )?.[0];
  };
  const scope = (name) => {
    const open = [...document.querySelectorAll("dialog[open]")].at(-1);
    const root = open ?? document;
    if (!name) return open ?? document.body;
    const heads = [...root.querySelectorAll("legend, h1, h2, h3, caption, th[scope=row], .item-title, .event-title, summary")].filter((h) => h.closest(".vh") || shown(h) || h.tagName === "CAPTION");
    const head = pick(heads.map((h) => [h, [text(h)]]), name);
    return head?.closest("fieldset, dialog, tr, li, details, .card, section, table, main") ?? null;
  };
  const controls = (root) => [...root.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((e) => !e.disabled && e.getClientRects().length > 0);
  const control = (within, label) => {
    const root = scope(within);
    if (!root) throw new Error(`no part of the page is named “${within}”`);
    const e = pick(controls(root).map((c) => [c, names(c)]), label);
    if (!e) throw new Error(`no control is labelled “${label}”; there are: ` + controls(root).map((c) => names(c)[0] ?? `(no label: ${c.name})`).join(", "));
    return e;
  };
  const spotOf = (e) => {
    const r = [...e.getClientRects()].find((r) => r.width > 0 && r.height > 0) ?? e.getBoundingClientRect();
    const x = r.x + r.width / 2, y = r.y + r.height / 2;
    const top = document.elementFromPoint(x, y);
    const mine = top && (e.contains(top) || top.contains(e) || [...(top.closest("label")?.control ? [top.closest("label").control] : [])].includes(e) || [...(e.labels ?? [])].some((l) => l.contains(top)));
    return { x, y, top, mine };
  };
  // Brings what is not in view into it, as a person would.
  const reveal = (e) => {
    if (spotOf(e).mine) return false;
    e.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    return true;
  };
  const point = (e) => {
    const scrolled = reveal(e);
    const { x, y, top, mine } = spotOf(e);
    if (!mine) throw new Error(`“${norm(e.textContent) || names(e)[0]}” is covered by <${top?.tagName.toLowerCase()} class="${top?.className}">`);
    return { x, y, scrolled };
  };
  return {
    point: (within, label) => point(control(within, label)),
    clickable(within, name) {
      const root = scope(within);
      if (!root) throw new Error(`no part of the page is named “${within}”`);
      const all = [...root.querySelectorAll("a[href], button, summary, label, [role=button]")].filter(shown).filter((e) => !e.disabled);
      const e = pick(all.map((x) => [x, [text(x), norm(x.ariaLabel)].filter(Boolean)]), name);
      if (!e) throw new Error(`nothing to click says “${name}”; there are: ` + all.map(text).filter(Boolean).join(" | "));
      return point(e);
    },
    kind(within, label) {
      const e = control(within, label);
      return e.tagName === "SELECT" ? "select" : e.tagName === "TEXTAREA" ? "text" : e.type;
    },
    focus(within, label) {
      const e = control(within, label);
      const scrolled = reveal(e);
      e.focus();
      e.select?.();
      return scrolled;
    },
    set(within, label, value) {
      const e = control(within, label);
      if (e.tagName === "SELECT") {
        const o = [...e.options].find((o) => norm(o.text) === norm(value)) ?? [...e.options].find((o) => o.value === value);
        if (!o) throw new Error(`“${label}” does not offer “${value}”; it offers: ` + [...e.options].map((o) => o.text).join(", "));
        value = o.value;
      }
      e.focus();
      e.value = value;
      if (e.value !== value) throw new Error(`“${label}” does not take “${value}”`);
      e.dispatchEvent(new Event("input", { bubbles: true }));
      e.dispatchEvent(new Event("change", { bubbles: true }));
      return true;
    },
    value: (within, label) => control(within, label).value,
    checked: (within, label) => control(within, label).checked === true,
    mark(within, label, id) {
      control(within, label).setAttribute("data-webtest", id);
      return true;
    },
    read(within) {
      const root = scope(within);
      return root ? norm(root.innerText) : "";
    },
    wide() {
      const limit = document.documentElement.clientWidth;
      if (document.scrollingElement.scrollWidth <= limit) return [];
      const out = [];
      for (const e of document.body.querySelectorAll("*")) {
        const r = e.getBoundingClientRect();
        if (r.right > limit + 0.5 && r.width > 0 && shown(e) && !e.closest(".vh")) out.push(`<${e.tagName.toLowerCase()} class="${e.getAttribute("class") ?? ""}"> reaches ${Math.round(r.right)} of ${limit} px: ${norm(e.textContent).slice(0, 40)}`);
      }
      return out.length ? out.slice(-8) : [`the page is ${document.scrollingElement.scrollWidth} px wide, the window ${limit}`];
    },
    small(least) {
      const out = [];
      for (const e of document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")) {
        if (!shown(e) || e.closest(".vh, .skip")) continue;
        // A link inside a sentence is as tall as its line.
        if (e.matches("p a, li > a:only-child:not([class])") && getComputedStyle(e).display === "inline") continue;
        let r = e.getBoundingClientRect();
        const frame = e.matches("input[type=radio], input[type=checkbox]") && e.closest(".choice, .chip");
        if (frame) r = frame.getBoundingClientRect();
        if (r.width < least - 0.5 || r.height < least - 0.5) out.push(`${Math.round(r.width)}×${Math.round(r.height)} <${e.tagName.toLowerCase()} class="${e.className}"> ${norm(e.textContent || names(e)[0]).slice(0, 40)}`);
      }
      return out;
    },
  };
})()
