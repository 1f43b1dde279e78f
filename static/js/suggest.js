// Suggestions under the search boxes: the combobox pattern of ARIA over a plain form, which works without this file.
const WAIT = 120;

function option(result, id) {
  const item = document.createElement("li");
  item.id = id;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const link = document.createElement("a");
  link.href = result.url;
  link.tabIndex = -1;
  const label = document.createElement("span");
  label.textContent = result.label;
  const detail = document.createElement("small");
  detail.textContent = result.detail;
  link.append(label, detail);
  item.append(link);
  return item;
}

function attach(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "atlas-suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "fr-sr-only";
  status.setAttribute("role", "status");
  input.closest("form").append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }

  let timer;
  let request;
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    const items = [...list.children];
    if (!items.length) return;
    active = (index + items.length) % items.length;
    items.forEach((item, rank) => item.setAttribute("aria-selected", String(rank === active)));
    input.setAttribute("aria-activedescendant", items[active].id);
    items[active].scrollIntoView({ block: "nearest" });
  };
  const ask = async () => {
    const typed = input.value.trim();
    request?.abort();
    if (typed.length < 2) return close();
    request = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(typed)}`, { signal: request.signal });
      if (!answer.ok) return close();
      const { results } = await answer.json();
      list.replaceChildren(...results.map((result, rank) => option(result, `${list.id}-${rank}`)));
      active = -1;
      list.hidden = !results.length;
      input.setAttribute("aria-expanded", String(Boolean(results.length)));
      input.removeAttribute("aria-activedescendant");
      status.textContent = results.length ? `${results.length} suggestion${results.length > 1 ? "s" : ""}` : "Aucune suggestion";
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !list.hidden) choose(active + 1);
    else if (event.key === "ArrowUp" && !list.hidden) choose(active - 1);
    else if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && active >= 0) list.children[active].firstElementChild.click();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
}

document.querySelectorAll("input[data-suggest]").forEach(attach);

// On a phone the filter panel starts closed; on a desk it lies open beside the list.
const desk = window.matchMedia("(min-width: 62em)");
document.querySelectorAll("details[data-open-on-desk]").forEach((panel) => {
  panel.open = desk.matches;
});
