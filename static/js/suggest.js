// Suggestions under the search boxes: the combobox pattern of ARIA over a plain form, which works without this file.
const WAIT = 120;

function option(result, id) {
  const item = document.createElement("li");
  item.id = id;
  item.dataset.url = result.url;
  item.dataset.key = result.key;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const label = document.createElement("span");
  label.textContent = result.label;
  const detail = document.createElement("small");
  detail.textContent = result.detail;
  item.append(label, " ", detail);
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
  (input.closest("[data-suggest-box]") ?? input.closest("form")).append(list, status);
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
  // Most boxes lead to the page of what is chosen; in a form, the choice is sent under the name that the box gives.
  const go = (item) => {
    if (!input.dataset.suggestPick) return window.location.assign(item.dataset.url);
    const chosen = document.createElement("input");
    Object.assign(chosen, { type: "hidden", name: input.dataset.suggestPick, value: item.dataset.key });
    input.form.append(chosen);
    input.form.submit();
  };
  const ask = async () => {
    const typed = input.value.trim();
    request?.abort();
    if (typed.length < 2) return close();
    request = new AbortController();
    try {
      const address = new URL(input.dataset.suggest, window.location);
      address.searchParams.set("q", typed);
      const answer = await fetch(address, { signal: request.signal });
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
    else if (event.key === "Enter" && active >= 0) go(list.children[active]);
    else return;
    event.preventDefault();
  });
  // Pressing on the list must not take the focus away: `blur` would close it before the click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) go(item);
  });
  input.addEventListener("blur", close);
}

document.querySelectorAll("input[data-suggest]").forEach(attach);
