// What a script adds to the pages of prescriptions: the fields for somebody
// new open, files are dropped anywhere on a form and made smaller before they
// are sent, and the picture of a prescription is enlarged and moved.

const longest = 2000; // pixels of a photograph; small print stays readable

// Choosing "Someone new" opens the fields for them.
document.addEventListener("change", (event) => {
  const chosen = event.target.closest?.("input[value=new]");
  const fields = chosen && document.getElementById(`new-${chosen.name}`);
  if (!fields) return;
  fields.open = true;
  fields.querySelector("input")?.focus();
});

// A photograph larger than needed is made smaller here, so that it is sent in a
// moment; what cannot be read as a picture is sent as it is.
const smaller = async (file) => {
  if (!/^image\/(jpeg|png|webp|heic)/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = longest / Math.max(picture.width, picture.height);
    if (scale >= 1 && /jpeg|png/.test(file.type)) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * Math.min(scale, 1));
    canvas.height = Math.round(picture.height * Math.min(scale, 1));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
};

const ready = new WeakSet(); // inputs whose files are small enough
document.addEventListener(
  "change",
  (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file" || !input.closest("[data-drop]")) return;
    if (ready.delete(input) || !input.files.length) return;
    event.stopImmediatePropagation(); // sent once it is smaller
    Promise.all([...input.files].map(smaller)).then((files) => {
      const all = new DataTransfer();
      for (const file of files) all.items.add(file);
      input.files = all.files;
      ready.add(input);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  },
  true,
);

// Dropped files go into the form's file field.
const dropForm = (event) => (event.dataTransfer?.types.includes("Files") ? event.target.closest?.("[data-drop]") : null);
document.addEventListener("dragover", (event) => {
  const form = dropForm(event);
  if (!form) return;
  event.preventDefault();
  form.classList.add("dropping");
});
document.addEventListener("dragleave", (event) => {
  const form = dropForm(event);
  if (form && !form.contains(event.relatedTarget)) form.classList.remove("dropping");
});
document.addEventListener("drop", (event) => {
  const form = dropForm(event);
  const input = form?.querySelector("input[type=file]");
  if (!input) return;
  event.preventDefault();
  form.classList.remove("dropping");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// The picture: buttons, + and -, a double click; dragging moves it.
const steps = [1, 1.5, 2, 3, 4];
const zoomTo = (box, level) => {
  const img = box.querySelector("img");
  const x = (box.scrollLeft + box.clientWidth / 2) / box.scrollWidth;
  const y = (box.scrollTop + box.clientHeight / 2) / box.scrollHeight;
  box.dataset.level = level;
  img.style.width = `${steps[level] * 100}%`;
  box.scrollLeft = x * box.scrollWidth - box.clientWidth / 2;
  box.scrollTop = y * box.scrollHeight - box.clientHeight / 2;
  const bar = box.previousElementSibling;
  if (bar?.dataset.zoomBar !== undefined) bar.querySelector("output").textContent = `${steps[level] * 100} %`;
};
const stepBy = (box, by) => zoomTo(box, Math.min(steps.length - 1, Math.max(0, Number(box.dataset.level ?? 0) + by)));
const zoomBar = (box) => {
  const bar = document.createElement("div");
  bar.className = "cluster";
  bar.dataset.zoomBar = "";
  for (const [label, by] of [
    ["Smaller", -1],
    ["Larger", 1],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = label;
    button.setAttribute("aria-label", `${label} picture`);
    button.addEventListener("click", () => stepBy(box, by));
    bar.append(button);
  }
  const level = document.createElement("output");
  level.textContent = "100 %";
  bar.append(level);
  return bar;
};
const furnish = () => {
  for (const box of document.querySelectorAll("[data-zoom]:not([data-level])")) {
    box.dataset.level = 0;
    box.before(zoomBar(box));
  }
};
furnish();
document.addEventListener("htmx:after:swap", furnish);
document.addEventListener("dblclick", (event) => {
  const box = event.target.closest?.("[data-zoom]");
  if (box) zoomTo(box, Number(box.dataset.level) > 0 ? 0 : 2);
});
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-zoom]");
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "+" || event.key === "=") stepBy(box, 1);
  else if (event.key === "-") stepBy(box, -1);
  else return;
  event.preventDefault();
});
let held = null;
document.addEventListener("pointerdown", (event) => {
  const box = event.target.closest?.("[data-zoom]");
  if (!box || event.pointerType !== "mouse" || event.button !== 0) return;
  held = { box, x: event.clientX + box.scrollLeft, y: event.clientY + box.scrollTop };
  box.classList.add("held");
});
document.addEventListener("pointermove", (event) => {
  if (!held) return;
  held.box.scrollLeft = held.x - event.clientX;
  held.box.scrollTop = held.y - event.clientY;
});
document.addEventListener("pointerup", () => {
  held?.box.classList.remove("held");
  held = null;
});
