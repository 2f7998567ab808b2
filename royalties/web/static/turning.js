// Arrow keys go to the page before and after; where something scrolls sideways they scroll it.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("input, select, textarea, button, .wide, [role=grid]")) return;
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!way) return;
  const link = document.querySelector(`[data-turn] a[rel=${way}]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});
