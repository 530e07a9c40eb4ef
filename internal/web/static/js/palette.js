// Find a patient or do something, without leaving the keyboard. The dialog is a
// combobox with a list (ARIA 1.2): the focus stays in the field, the arrows move
// through what was found. What is shown comes from the server and goes when the
// dialog closes; nothing of it is kept.
let dialog;

const option = (n) => dialog.querySelectorAll("[role=option]")[n];
const make = (html) => {
  const box = document.createElement("template");
  box.innerHTML = html;
  return box.content.firstElementChild;
};

export const open = (address) => {
  if (dialog?.open) return;
  dialog = make(`<dialog class="palette" aria-label="Find or do">
    <form method="dialog"><label class="vh" for="palette-field">Find a patient, or type what to do</label>
    <input class="input" id="palette-field" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
      autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go" maxlength="100" placeholder="Name, birth date, phone – or “note dana”">
    <button type="button" class="btn" data-close>Close</button></form>
    <div class="palette-list" id="palette-list" role="listbox" aria-label="Found"></div>
    <p class="palette-status" role="status"></p></dialog>`);
  const field = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  let at = 0;
  let asked;
  let wait;
  let answered = Promise.resolve();

  const mark = (n) => {
    option(at)?.setAttribute("aria-selected", "false");
    at = n;
    const now = option(at);
    now?.setAttribute("aria-selected", "true");
    now?.scrollIntoView({ block: "nearest" });
    if (now) field.setAttribute("aria-activedescendant", now.id);
    else field.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    asked?.abort();
    const mine = (asked = new AbortController());
    try {
      const answer = await fetch(address + "?q=" + encodeURIComponent(field.value.trim()), { headers: { "HX-Request": "true" }, signal: mine.signal });
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      if (mine.signal.aborted) return;
      list.innerHTML = html;
      at = 0;
      mark(0);
      status.textContent = list.firstElementChild?.dataset.said ?? "";
    } catch (e) {
      if (e.name === "AbortError") return;
      list.replaceChildren();
      mark(0);
      status.textContent = e.message === "401" ? "You are signed out. Reload the page." : "No connection. Type again in a moment.";
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(wait);
    asked?.abort();
    answered = new Promise((done) => (wait = setTimeout(() => done(ask()), 120)));
  });
  field.addEventListener("keydown", async (e) => {
    const last = dialog.querySelectorAll("[role=option]").length - 1;
    if (e.isComposing || last < 0 && e.key !== "Enter") return;
    if (e.key === "ArrowDown") mark(at < last ? at + 1 : 0);
    else if (e.key === "ArrowUp") mark(at > 0 ? at - 1 : last);
    else if (e.key !== "Enter") return;
    e.preventDefault();
    if (e.key !== "Enter") return;
    await answered;
    option(at)?.click();
  });
  dialog.addEventListener("close", () => dialog.remove());
  addEventListener("pagehide", () => dialog.remove(), { once: true });
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  answered = ask();
};
