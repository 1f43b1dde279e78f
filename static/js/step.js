// Forms in steps: rows that come at once, and what is typed kept on the server every few seconds. Without this file, both work by buttons.
const WAIT = 3000;

function addRow(form, button) {
  const name = button.value;
  const template = form.querySelector(`template[data-row="${name}"]`);
  const total = form.querySelector(`input[name="${name}-TOTAL_FORMS"]`);
  const rows = form.querySelector(`[data-rows="${name}"]`);
  const holder = document.createElement("div");
  holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
  const row = holder.firstElementChild;
  total.value = String(Number(total.value) + 1);
  row.querySelector("legend").append(` ${total.value}`);
  rows.append(row);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function keep(form) {
  const status = form.querySelector(".atlas-kept");
  let timer;
  let request;
  const send = async () => {
    const data = new FormData(form);
    data.set("_path", window.location.pathname);
    request = new AbortController();
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: data, signal: request.signal });
      if (answer.ok) status.textContent = `${form.dataset.kept} ${new Date().toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" })}.`;
      else status.textContent = answer.status === 403 ? form.dataset.ended : (await answer.json()).detail;
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = form.dataset.unreachable;
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.name?.startsWith("_")) return;
    clearTimeout(timer);
    timer = setTimeout(send, WAIT);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    request?.abort();
  });
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=_add]");
    if (!button) return;
    event.preventDefault();
    addRow(form, button);
  });
  keep(form);
}
