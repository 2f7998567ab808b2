// Recovery codes go on paper; without JavaScript the browser's own menu prints.
document.querySelectorAll("[data-print]").forEach((each) => {
  each.hidden = false;
  each.addEventListener("click", () => window.print());
});
