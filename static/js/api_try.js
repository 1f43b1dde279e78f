// The trial forms of the API page: the answer is shown in place. Without this file they lead to the answer itself.
const SHOWN = 20000;

function address(form) {
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) {
    if (value.trim()) url.searchParams.append(name, value.trim());
  }
  return url;
}

function pretty(text, type) {
  if (!/json/.test(type)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function ask(form, answer) {
  const url = address(form);
  const status = answer.querySelector("[data-answer-status]");
  const body = answer.querySelector("[data-answer-body]");
  answer.querySelector("[data-answer-command]").textContent = `curl '${url.href.replaceAll("'", "%27")}'`;
  answer.hidden = false;
  status.textContent = "…";
  const start = performance.now();
  try {
    const response = await fetch(url, { credentials: "omit" });
    const text = pretty(await response.text(), response.headers.get("Content-Type") ?? "");
    const size = new Intl.NumberFormat("fr").format(text.length);
    status.textContent = `${response.status} – ${Math.round(performance.now() - start)} ms – ${size} ${form.dataset.characters}`;
    body.textContent = text.length > SHOWN ? `${text.slice(0, SHOWN)}\n…` : text;
  } catch {
    status.textContent = form.dataset.failed;
    body.textContent = "";
  }
}

for (const form of document.querySelectorAll("[data-api-try]")) {
  const answer = form.parentElement.querySelector("[data-api-answer]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form, answer);
  });
}
