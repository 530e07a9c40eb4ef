// A box to sign in with finger, pen or mouse. It keeps the strokes as SVG path
// data of whole numbers in the hidden field beside it ("M10 20L30 40"), so the
// form sends them like any other answer, and shows them again when the page
// comes back. Without this script the box is not shown; the typed name serves.

const NS = "http://www.w3.org/2000/svg";

class SigPad extends HTMLElement {
  connectedCallback() {
    this.svg = this.querySelector("svg");
    this.field = this.querySelector("input[type=hidden]");
    this.box = this.svg.viewBox.baseVal;
    this.strokes = (this.field.value.match(/M[^M]+/g) ?? []).slice(0, 300);
    this.pointer = null;
    // The page must not scroll away under a finger that signs.
    this.svg.style.touchAction = "none";
    this.svg.style.cursor = "crosshair";
    this.svg.addEventListener("pointerdown", (e) => this.start(e));
    this.svg.addEventListener("pointermove", (e) => this.move(e));
    this.svg.addEventListener("pointerup", (e) => this.end(e));
    this.svg.addEventListener("pointercancel", (e) => this.end(e));
    this.querySelector("[data-undo]").addEventListener("click", () => this.keep(this.strokes.slice(0, -1)));
    this.querySelector("[data-clear]").addEventListener("click", () => this.keep([]));
    this.hidden = false;
    this.draw();
  }

  // at is the place of a pointer in the box, in whole numbers.
  at(event) {
    const inverse = this.svg.getScreenCTM()?.inverse();
    if (!inverse) return null;
    const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(inverse);
    const within = (n, most) => Math.min(most, Math.max(0, Math.round(n)));
    return [within(p.x, this.box.width), within(p.y, this.box.height)];
  }

  start(event) {
    // One pointer at a time: a resting palm draws nothing.
    if (this.pointer !== null || event.button > 0) return;
    const p = this.at(event);
    if (!p) return;
    event.preventDefault();
    this.pointer = event.pointerId;
    this.svg.setPointerCapture(event.pointerId);
    this.last = p;
    // A touch that does not move is a dot.
    this.strokes.push(`M${p[0]} ${p[1]}L${p[0]} ${p[1]}`);
    this.draw();
  }

  move(event) {
    if (event.pointerId !== this.pointer) return;
    event.preventDefault();
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const e of passed.length > 0 ? passed : [event]) {
      const p = this.at(e);
      if (!p || Math.abs(p[0] - this.last[0]) + Math.abs(p[1] - this.last[1]) < 3) continue;
      this.last = p;
      this.strokes[this.strokes.length - 1] += `L${p[0]} ${p[1]}`;
    }
    this.draw();
  }

  end(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.keep(this.strokes);
  }

  // keep puts the strokes into the form, as typing would.
  keep(strokes) {
    this.strokes = strokes;
    this.field.value = strokes.join("");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.draw();
  }

  // draw shows the strokes; only the last one changes while it is drawn.
  draw() {
    const ink = this.svg.querySelector("[data-ink]");
    while (ink.children.length > this.strokes.length) ink.lastChild.remove();
    this.strokes.forEach((d, i) => {
      const path = ink.children[i] ?? ink.appendChild(document.createElementNS(NS, "path"));
      if (path.getAttribute("d") !== d) path.setAttribute("d", d);
    });
    const empty = this.strokes.length === 0;
    for (const button of this.querySelectorAll("button")) button.disabled = empty;
  }
}

customElements.define("sig-pad", SigPad);
