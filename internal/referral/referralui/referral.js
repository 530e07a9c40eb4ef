// Choosing "Someone new" opens the fields for them.
document.addEventListener("change", (event) => {
  const fields = document.getElementById("new-prescriber");
  if (!fields || !event.target.matches("input[name=prescriber][value=new]")) return;
  fields.open = true;
  fields.querySelector("input")?.focus();
});
