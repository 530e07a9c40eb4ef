// Speeds up the entry of angles: a button that takes the norm, Enter and a full
// number lead to the next field, p marks pain. Without it, numbers are typed
// and Tab leads on.
const form = document.querySelector("[data-assessment]");
const fields = form ? [...form.querySelectorAll("[data-rom]")] : [];

const flag = (field, part) => form.elements.namedItem(`${field.dataset.rom}.${part}`);

function next(field) {
  const after = fields[fields.indexOf(field) + 1];
  if (!after) return;
  after.focus();
  after.select();
}

// full tells that no further digit can make a value that is taken.
function full(field) {
  const text = field.value.trim();
  return /^\d+$/.test(text) && Number(text) > 0 && Number(text) * 10 > Number(field.dataset.limit);
}

for (const field of fields) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn small";
  button.textContent = "WNL";
  button.setAttribute("aria-label", `WNL, within normal limits: ${field.labels[0].textContent.trim()}, ${field.dataset.norm}`);
  button.addEventListener("click", () => {
    field.value = field.dataset.norm;
    flag(field, "wnl").value = "yes";
    field.dispatchEvent(new Event("change", { bubbles: true }));
    next(field);
  });
  flag(field, "pain").closest("label").after(button);

  field.addEventListener("input", (event) => {
    flag(field, "wnl").value = "";
    if (event.inputType === "insertText" && full(field)) next(field);
  });
  field.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      next(field);
    }
    if (event.key === "p" || event.key === "P") {
      event.preventDefault();
      const pain = flag(field, "pain");
      pain.checked = !pain.checked;
      pain.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
