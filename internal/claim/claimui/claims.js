// The running total of the workbench. Everything here can be done without it:
// the checkboxes belong to the form. Its keys are in the table of shortcuts.
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

// Where nothing can be sent, the key that selects all leads to what is ready.
if (!send) document.querySelector('[data-claim-tabs] a[href*="state=ready"]')?.setAttribute("data-key", "a");
