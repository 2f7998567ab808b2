// The price stands beside the form as it is typed; without this a button asks for it.

const form = document.querySelector("form[data-price]");

function price(form) {
  const shown = document.getElementById("price");
  const bar = form.querySelector("[data-bar]");
  let waiting = 0;
  let asked = 0;

  const ask = async () => {
    asked += 1;
    const mine = asked;
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.price, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      if (!answer.ok) throw new Error(answer.statusText);
      const { html } = await answer.json();
      if (mine !== asked) return;
      const open = [...shown.querySelectorAll("details")].map((each) => each.open);
      shown.innerHTML = html;
      const sum = shown.querySelector(".sum");
      bar.hidden = !sum;
      if (sum) bar.textContent = sum.querySelector(".big").textContent;
      shown.querySelectorAll("details").forEach((each, place) => {
        if (place in open) each.open = open[place];
      });
    } catch {
      // The button still shows the price.
      form.querySelectorAll("[data-unscripted]").forEach((each) => (each.hidden = false));
    } finally {
      if (mine === asked) shown.removeAttribute("aria-busy");
    }
  };

  form.querySelectorAll("[data-unscripted]").forEach((each) => (each.hidden = true));
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 300);
    });
  }

  // What only a co-branded edition has is folded away for copies as they are.
  const fold = () => {
    const kind = form.querySelector("[name=kind]:checked")?.value;
    form.querySelectorAll("[data-for-kind]").forEach((each) => {
      each.hidden = kind !== undefined && each.dataset.forKind !== kind;
    });
  };
  form.addEventListener("change", fold);
  fold();
}

if (form) price(form);
