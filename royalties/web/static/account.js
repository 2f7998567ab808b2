// Without JavaScript the browser's own menu prints, and the key can be selected.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return; // a page without encryption
  button.hidden = false;
  button.addEventListener("click", async () => {
    const status = button.parentElement.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      status.textContent = "Copied.";
    } catch {
      status.textContent = "This browser did not allow it: select the key and copy it.";
    }
  });
});
