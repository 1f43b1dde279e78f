// Comfort of the filter panel, which works without this file: a box to find one's way in long lists of choices.
const LONG = 12;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

for (const fieldset of document.querySelectorAll("[data-facet]")) {
  const choices = [...fieldset.querySelectorAll("[data-choice]")];
  if (choices.length <= LONG) continue;
  const box = document.createElement("input");
  box.type = "search";
  box.className = "fr-input atlas-facet__find";
  box.placeholder = fieldset.dataset.facet;
  box.setAttribute("aria-label", `${fieldset.dataset.facet} : ${fieldset.querySelector("legend").textContent.trim()}`);
  const words = choices.map((choice) => plain(choice.textContent));
  box.addEventListener("input", () => {
    const typed = plain(box.value.trim());
    choices.forEach((choice, rank) => {
      choice.hidden = !words[rank].includes(typed) && !choice.querySelector("input").checked;
    });
  });
  // Enter would send the whole form: here it only ends the search among the choices.
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  fieldset.querySelector("legend").after(box);
}

// Beside the list the panel lies open. Browsers that style `::details-content` do it without a script.
if (!CSS.supports("selector(::details-content)")) {
  const desk = window.matchMedia("(min-width: 62em)");
  for (const panel of document.querySelectorAll(".atlas-facets__panel")) panel.open = desk.matches || panel.open;
}
