// What the server makes of a form is shown beside it as it is changed; where that fails, a button
// that works without scripts is there again.

// Shows in `shown` the HTML that `address` answers to the form, once nobody typed for `pause`
// milliseconds; `show(html)` puts it there. Returns what asks for it anew.
function showBeside(form, address, shown, pause, show) {
  const unscripted = form.querySelectorAll("[data-unscripted]");
  let waiting = 0;
  let newest = 0;

  const ask = async () => {
    newest += 1;
    const mine = newest;
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      if (!answer.ok) throw new Error(answer.statusText);
      const { html } = await answer.json();
      if (mine === newest) show(html);
    } catch {
      unscripted.forEach((each) => (each.hidden = false));
    } finally {
      if (mine === newest) shown.removeAttribute("aria-busy");
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, pause);
  };

  unscripted.forEach((each) => (each.hidden = true));
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  return soon;
}
