// What the first rows would be is shown beside the form as it is changed; without this a button
// asks for it.

const form = document.querySelector("form[data-preview]");

function follow(form) {
  const shown = document.getElementById("preview");
  let waiting = 0;
  let asked = 0;

  const ask = async () => {
    asked += 1;
    const mine = asked;
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      if (!answer.ok) throw new Error(answer.statusText);
      const { html } = await answer.json();
      if (mine === asked) {
        shown.innerHTML = html;
        window.dispatchEvent(new Event("resize")); // its tables are fitted to their boxes
      }
    } catch {
      // The button still shows it.
      form.querySelectorAll("[data-unscripted]").forEach((each) => (each.hidden = false));
    } finally {
      if (mine === asked) shown.removeAttribute("aria-busy");
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 400);
  };

  const values = new Map(
    [...form.querySelectorAll("[data-samples] [data-heading]")].map((each) => [
      each.dataset.heading,
      each.textContent,
    ]),
  );
  form.querySelectorAll("[data-unscripted]").forEach((each) => (each.hidden = true));
  form.addEventListener("input", soon);
  form.addEventListener("change", (event) => {
    const cell = form.querySelector(`[data-samples-of="${CSS.escape(event.target.id)}"]`);
    if (cell) cell.textContent = values.get(event.target.value) ?? "";
    soon();
  });
  // A row that is removed changes what is read as well.
  form.addEventListener("click", (event) => {
    if (event.target.closest("button[data-row]")) soon();
  });
}

if (form) follow(form);
