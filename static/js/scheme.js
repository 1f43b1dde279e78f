// Light or dark before the first paint: the visitor's choice if there is one, the system's otherwise.
// A classic script in the head on purpose: a module would run after the page is drawn.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("scheme");
    } catch {
      return null;
    }
  };
  const apply = () => {
    const scheme = chosen() ?? "system";
    root.dataset.frScheme = scheme;
    root.dataset.frTheme = scheme === "system" ? (system.matches ? "dark" : "light") : scheme;
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-scheme-switch]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        try {
          localStorage.setItem("scheme", root.dataset.frTheme === "dark" ? "light" : "dark");
        } catch {
          root.dataset.frTheme = root.dataset.frTheme === "dark" ? "light" : "dark";
          return;
        }
        apply();
      });
    }
  });
})();
