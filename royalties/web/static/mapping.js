// What the first rows would be is shown beside the form as it is changed; without this a button
// asks for it.

const form = document.querySelector("form[data-preview]");

function follow(form) {
  const shown = document.getElementById("preview");
  const soon = showBeside(form, form.dataset.preview, shown, 400, (html) => {
    shown.innerHTML = html;
    window.dispatchEvent(new Event("resize")); // its tables are fitted to their boxes
  });

  const values = new Map(
    [...form.querySelectorAll("[data-samples] [data-heading]")].map((each) => [
      each.dataset.heading,
      each.textContent,
    ]),
  );
  form.addEventListener("change", (event) => {
    const cell = form.querySelector(`[data-samples-of="${CSS.escape(event.target.id)}"]`);
    if (cell) cell.textContent = values.get(event.target.value) ?? "";
  });
  // A row that is removed changes what is read as well.
  form.addEventListener("click", (event) => {
    if (event.target.closest("button[data-row]")) soon();
  });
}

if (form) follow(form);
