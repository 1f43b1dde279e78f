// A file in preparation: asks where it is every two seconds, and shows the page anew once it is ready or not to be.
const block = document.querySelector("[data-export-state]");

if (block) {
  const bar = block.querySelector("progress");
  const sentence = block.querySelector("[data-export-text]");
  const ask = async () => {
    let known;
    try {
      const answer = await fetch(block.dataset.exportState, { headers: { Accept: "application/json" } });
      if (answer.redirected || !answer.ok) return; // logged out meanwhile: the link «Actualiser» says so
      known = await answer.json();
    } catch {
      setTimeout(ask, 10_000); // out of reach: later
      return;
    }
    if (known.state !== "queued") {
      window.location.reload();
      return;
    }
    if (known.total) {
      bar.max = known.total;
      bar.value = known.written;
      sentence.textContent = known.text;
    }
    setTimeout(ask, 2_000);
  };
  setTimeout(ask, 1_000);
}
