// "No to all of these" without a round trip, details only after a yes, what is
// asked again once something has changed, and how many questions of each group
// have an answer. Without this script the button asks the server, the details
// stay open, and what has changed is asked again on the next page.
const sheet = document.querySelector(".screening-sheet");

function reveal(box) {
  const yes = sheet.querySelector(`input[name="${CSS.escape(box.dataset.ifYes)}"][value="yes"]`);
  box.hidden = !(yes && yes.checked);
}

function reopen(block) {
  const part = sheet.querySelector(`[data-changes]:not([hidden]) input[name="changed"][value="${CSS.escape(block.dataset.reopen)}"]`);
  block.hidden = !(part && part.checked);
}

function count(card) {
  const note = card.querySelector("[data-answered]");
  const asked = [...card.querySelectorAll("[data-questions]:not([hidden]) > fieldset")];
  if (!note || asked.length === 0) return;
  const done = asked.filter((q) => q.querySelector("input:checked")).length;
  note.textContent = `${done} of ${asked.length} answered`;
  note.hidden = false;
}

if (sheet) {
  const boxes = [...sheet.querySelectorAll("[data-if-yes]")];
  const blocks = [...sheet.querySelectorAll("[data-reopen]")];
  const cards = [...sheet.querySelectorAll("section.card")];
  const refresh = () => {
    boxes.forEach(reveal);
    blocks.forEach(reopen);
    cards.forEach(count);
  };
  refresh();
  sheet.addEventListener("change", refresh);
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("[data-none]");
    if (!button) return;
    event.preventDefault();
    const card = button.closest("section");
    for (const no of card.querySelectorAll('input[type="radio"][value="no"]')) {
      const name = CSS.escape(no.name);
      if (no.name === "ans.health_changed" || no.closest("[hidden]") || card.querySelector(`input[name="${name}"]:checked`)) continue;
      no.checked = true;
      const mark = document.createElement("input");
      mark.type = "hidden";
      mark.name = `group.${no.name}`;
      mark.value = "1";
      no.form.append(mark);
    }
    sheet.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
