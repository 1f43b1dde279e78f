// Buttons of a sheet that only a script can serve; without it they are not shown.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());

for (const button of document.querySelectorAll("[data-copy-address]")) {
  const label = button.textContent;
  const address = document.querySelector("link[rel=canonical]")?.href ?? window.location.href;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      // Refused, or not a safe address: it is shown for the visitor to copy.
      window.prompt(label, address);
      return;
    }
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = label), 3000);
  });
}
