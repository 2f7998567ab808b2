// What makes pages handier; every page works without it.

// "/" goes to the search, "?" shows the keys, "n" opens a page's own new thing. Who speaks to the
// browser, or types by accident, switches them off.
const OFF = "single-keys-off";
const stored = (change) => {
  try {
    return change ? change(localStorage) : localStorage.getItem(OFF);
  } catch {
    return null; // a browser that keeps nothing
  }
};
const keysDialog = document.querySelector("[data-keys]");
const keysOpener = document.querySelector("[data-keys-open]");
if (keysDialog && keysOpener) {
  const on = keysDialog.querySelector("[data-keys-on]");
  on.checked = !stored();
  on.addEventListener("change", () => {
    stored((kept) => (on.checked ? kept.removeItem(OFF) : kept.setItem(OFF, "yes")));
  });
  keysDialog.querySelector("[data-keys-close]").addEventListener("click", () => keysDialog.close());
  keysOpener.hidden = false;
  keysOpener.addEventListener("click", () => keysDialog.showModal());
}
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || keysDialog?.open || stored()) return;
  if (target.closest("input, select, textarea, [contenteditable], [role=grid]")) return;
  if (event.key === "/") {
    const search = document.getElementById("search");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
  if (event.key === "?" && keysDialog) {
    event.preventDefault();
    keysDialog.showModal();
  }
  if (event.key === "n") document.querySelector("[data-new]")?.click();
});

// What cannot be undone is asked for once more; a button that only shows what would be is not.
document.addEventListener("submit", (event) => {
  const words = event.submitter?.formNoValidate ? "" : event.target.dataset.confirm;
  if (words && !window.confirm(words)) {
    event.preventDefault();
    return;
  }
  // A second click does nothing: the first one is on its way. After a download the page stays.
  const button = event.submitter;
  if (button && !("download" in event.target.dataset)) {
    setTimeout(() => (button.disabled = true), 0);
  }
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button[disabled]:not([data-off])").forEach((each) => {
    each.disabled = false;
  });
});

// After an error the summary is read first.
document.querySelector("[data-focus]")?.focus();

// A filter acts as soon as it is chosen.
document.querySelectorAll("form[data-auto] select").forEach((each) => {
  each.addEventListener("change", () => each.form.requestSubmit());
});

// On a narrow page the menu waits closed; a wide one shows it, also after a phone is turned.
const narrow = window.matchMedia("(max-width: 60rem)");
const menu = document.querySelector("[data-menu]");
const fit = () => menu?.toggleAttribute("open", !narrow.matches);
narrow.addEventListener("change", fit);
fit();
