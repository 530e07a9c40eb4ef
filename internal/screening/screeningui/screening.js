// "No to all of these" without a round trip, details only after a yes, and how
// many questions of each group have an answer.
// Without this script the button asks the server and the details stay open.
const sheet = document.querySelector(".screening-sheet");

function reveal(box) {
  const yes = sheet.querySelector(`input[name="${CSS.escape(box.dataset.ifYes)}"][value="yes"]`);
  box.hidden = !(yes && yes.checked);
}

function count(card) {
  const note = card.querySelector("[data-answered]");
  const asked = [...card.querySelectorAll("[data-questions] > fieldset")];
  if (!note || asked.length === 0) return;
  const done = asked.filter((q) => q.querySelector("input:checked")).length;
  note.textContent = `${done} of ${asked.length} answered`;
  note.hidden = false;
}

if (sheet) {
  const boxes = [...sheet.querySelectorAll("[data-if-yes]")];
  const cards = [...sheet.querySelectorAll("section.card")];
  const refresh = () => {
    boxes.forEach(reveal);
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
      if (card.querySelector(`input[name="${name}"]:checked`)) continue;
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
