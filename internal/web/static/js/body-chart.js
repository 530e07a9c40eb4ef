// <body-chart>: a tap on the drawn body finds the nearest body site. The server
// draws the picture once; this element only redraws the marks, each with the id
// of its site (data-site), and moves the window. Sides are the patient's own: the list of sites says which is which,
// never the place on the screen.
//
// It knows no note. It says what was hit with a "site" event and draws what
// it is given; who listens decides what a hit means.

const NS = "http://www.w3.org/2000/svg";
const REACH = 40; // farthest a finger may be from a site, in pixels on the screen
const NEAR = 8; // closer together than this, the person chooses
const APART = 24; // between marks of one place, at scale 1
const WIDTH = 424;
const HEIGHT = 400; // the box in which a mark has scale 1

/** The sites that the page's list names, by id. */
export const sites = new Map(
  [...document.querySelectorAll("#sites option")].map((o) => [
    o.dataset.id,
    { id: o.dataset.id, label: o.value, view: o.dataset.view, zone: o.dataset.zone, x: +o.dataset.x, y: +o.dataset.y, words: o.dataset.words.split(" ") },
  ]),
);

/**
 * Finds sites by the beginnings of words: "ut r" is the right upper trapezius.
 * The first word being an alias as it stands puts a site first.
 */
export function findSites(query, limit) {
  const asked = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (asked.length === 0) return [];
  // A side at the end is a side: in "lev l" the l is not the beginning of levator.
  const side = asked.length > 1 ? { l: "l", left: "l", r: "r", right: "r" }[asked.at(-1)] : undefined;
  const exact = [];
  const rest = [];
  for (const site of sites.values()) {
    if (site.label.toLowerCase() === query.trim().toLowerCase()) return [site];
    if (side && !site.words.includes(side === "l" ? "left" : "right")) continue;
    if (!asked.every((a) => site.words.some((w) => w.startsWith(a)))) continue;
    (site.words.includes(asked[0]) ? exact : rest).push(site);
  }
  return [...exact, ...rest].slice(0, limit);
}

const place = (x, y, scale) => `translate(${x} ${y}) scale(${scale.toFixed(3)})`;

class BodyChart extends HTMLElement {
  connectedCallback() {
    this.svg = this.querySelector("svg");
    this.layer = this.querySelector("[data-marks]");
    this.figure = this.querySelector("[data-figure]");
    this.pick = this.querySelector(".chart-pick");
    this.echo = this.querySelector(".chart-echo");
    this.marks = [];
    this.svg.addEventListener("click", (event) => this.tapped(event));
  }

  /** The side of the body shown: front or back. */
  get view() {
    return this.dataset.view;
  }

  /** Shows a view through a window "x y width height" of the drawing, named. */
  show(view, box, name) {
    this.pick.hidden = true;
    this.svg.setAttribute("viewBox", box);
    this.svg.setAttribute("aria-label", `Body chart, ${name}, seen from the ${view}. The marks are listed beside it.`);
    if (view !== this.view) {
      this.dataset.view = view;
      this.figure.setAttribute("href", this.figure.dataset.figure + view);
      const front = view === "front";
      this.querySelector(".side-letter.left").textContent = front ? "R" : "L";
      this.querySelector(".side-letter.right").textContent = front ? "L" : "R";
    }
    for (const use of this.querySelectorAll("[data-leave] use")) use.setAttribute("transform", place(use.dataset.x, use.dataset.y, this.scale));
    this.draw(this.marks);
  }

  /** The size of a mark, so that it is the same on the screen in every window. */
  get scale() {
    const box = this.svg.viewBox.baseVal;
    return Math.max(box.width / WIDTH, box.height / HEIGHT);
  }

  /** Draws marks: {site, type, carried}. */
  draw(marks) {
    this.marks = marks;
    const { scale } = this;
    const drawn = JSON.stringify([this.view, scale, marks]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.layer.replaceChildren(
      ...marks.flatMap((m) => {
        const { site, type, carried } = m;
        const s = sites.get(site);
        if (!s || s.view !== this.view) return [];
        const all = marks.filter((other) => other.site === site);
        const x = s.x + (all.indexOf(m) - (all.length - 1) / 2) * APART * scale;
        const use = document.createElementNS(NS, "use");
        use.setAttribute("href", `#mk-${type}`);
        use.setAttribute("class", `mk k-${type}${carried ? " carried" : ""}`);
        use.setAttribute("transform", place(x.toFixed(1), s.y, scale));
        use.dataset.site = site;
        use.dataset.type = type;
        return [use];
      }),
    );
  }

  /** Says for a moment what was hit. */
  say(text) {
    this.echo.textContent = text;
    clearTimeout(this.hush);
    this.hush = setTimeout(() => (this.echo.textContent = ""), 2500);
  }

  tapped(event) {
    const matrix = this.svg.getScreenCTM();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const near = [...sites.values()]
      .filter((s) => s.view === this.view)
      .map((s) => ({ s, d: Math.hypot(s.x - at.x, s.y - at.y) * matrix.a }))
      .sort((a, b) => a.d - b.d)
      .slice(0, 3);
    if (near.length === 0 || near[0].d > REACH) {
      this.pick.hidden = true;
      return;
    }
    const alike = near.filter((n) => n.d - near[0].d < NEAR);
    if (alike.length > 1) this.ask(near.filter((n) => n.d < REACH).map((n) => n.s));
    else this.hit(near[0].s);
  }

  ask(choices) {
    const buttons = choices.map((s) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn small";
      button.textContent = s.label;
      button.addEventListener("click", () => this.hit(s));
      return button;
    });
    this.pick.replaceChildren(...buttons);
    this.pick.hidden = false;
    buttons[0].focus();
  }

  hit(site) {
    this.pick.hidden = true;
    this.dispatchEvent(new CustomEvent("site", { bubbles: true, detail: site.id }));
  }
}

customElements.define("body-chart", BodyChart);
