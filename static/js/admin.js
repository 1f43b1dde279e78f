// What Django's admin leaves in English or without a name.
for (const icon of document.querySelectorAll("img[alt=True], img[alt=False]")) icon.alt = icon.alt === "True" ? "Oui" : "Non";

// Its choosers (Select2) bear the name of their field for screen readers, and open ready to be typed in. Runs before
// they are drawn (deferred), then once they are.
const choosers = (root) => root.querySelectorAll("select.admin-autocomplete");

for (const select of choosers(document)) {
  if (select.multiple) select.dataset.allowClear = "false"; // each chosen one has its own cross
}

const labelOf = (select) => document.querySelector(`label[for="${CSS.escape(select.id)}"]`);

function name(select) {
  const drawn = select.nextElementSibling;
  const label = labelOf(select);
  if (!label || !drawn?.classList.contains("select2")) return;
  label.id ||= `${select.id}_label`;
  const value = drawn.querySelector(".select2-selection__rendered");
  value.id ||= `${select.id}_value`;
  drawn.querySelector("[role=combobox]").setAttribute("aria-labelledby", `${label.id} ${value.id}`);
  for (const part of drawn.querySelectorAll("[role=textbox], .select2-search__field")) part.setAttribute("aria-labelledby", label.id);
}

document.addEventListener("formset:added", (event) => choosers(event.target).forEach(name));
const $ = window.django?.jQuery;
$?.(() => choosers(document).forEach(name)); // in the order of registration: after Django has drawn them
$?.(document).on("select2:open", (event) => {
  const field = document.querySelector(".select2-container--open .select2-dropdown .select2-search__field");
  field?.setAttribute("aria-label", labelOf(event.target)?.textContent.trim() ?? "");
  field?.focus();
});
