// Light or dark before the first paint: the visitor's choice if there is one, the system's otherwise. The design
// system's own script takes over from there (dialog «Paramètres d'affichage», changes of the system's scheme).
// A classic script in the head on purpose: a module would run after the page is drawn.
(() => {
  const root = document.documentElement;
  let scheme = "system";
  try {
    scheme = localStorage.getItem("scheme") ?? scheme;
  } catch {
    // Storage refused by the browser: the system's scheme it is.
  }
  const dark = scheme === "system" ? window.matchMedia("(prefers-color-scheme: dark)").matches : scheme === "dark";
  root.dataset.frScheme = scheme;
  root.dataset.frTheme = dark ? "dark" : "light";
  // What only works with scripts is shown, what replaces it is hidden (see atlas.css).
  root.classList.add("js");
  // Paper is white: what is printed is the light theme, whatever the screen's.
  let screen;
  window.addEventListener("beforeprint", () => {
    screen = root.dataset.frTheme;
    root.dataset.frTheme = "light";
  });
  window.addEventListener("afterprint", () => {
    root.dataset.frTheme = screen;
  });
})();
