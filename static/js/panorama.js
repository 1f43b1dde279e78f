// A slider over the years, beside the list that does the same without this file.
const select = document.querySelector(".atlas-years select");

if (select) {
  const options = [...select.options].reverse();
  const slider = document.createElement("input");
  slider.type = "range";
  slider.className = "atlas-years__slider";
  slider.min = 0;
  slider.max = options.length - 1;
  slider.value = options.indexOf(select.selectedOptions[0]);
  slider.setAttribute("aria-label", select.labels[0].textContent);
  const tell = () => slider.setAttribute("aria-valuetext", options[slider.value].textContent);
  slider.addEventListener("input", () => {
    options[slider.value].selected = true;
    tell();
  });
  // Released, the slider shows its year; the keyboard steps through years and ends with the button.
  slider.addEventListener("pointerup", () => select.form.requestSubmit());
  select.addEventListener("change", () => {
    slider.value = options.indexOf(select.selectedOptions[0]);
    tell();
  });
  tell();
  select.after(slider);
}
