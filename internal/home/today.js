// Moves through the visits of Today with j and k: the focus goes to the row's
// one button, so that Enter does what it says. Letters typed into a field, or
// with a modifier, are left alone.
const verbs = () => [...document.querySelectorAll("[data-rows] [data-verb]")];

addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
  if (localStorage.getItem("soapstone-single-keys") === "off") return;
  if (e.key !== "j" && e.key !== "k") return;
  if (e.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const all = verbs();
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement);
  const start = all.findIndex((b) => b.closest("[aria-current]"));
  const step = e.key === "j" ? 1 : -1;
  const next = at < 0 ? Math.max(start, 0) : Math.min(Math.max(at + step, 0), all.length - 1);
  e.preventDefault();
  all[next].focus();
});
