// The price stands beside the form as it is typed; without this a button asks for it.

const form = document.querySelector("form[data-price]");

function price(form) {
  const shown = document.getElementById("price");
  const bar = form.querySelector("[data-bar]");
  showBeside(form, form.dataset.price, shown, 300, (html) => {
    const open = [...shown.querySelectorAll("details")].map((each) => each.open);
    shown.innerHTML = html;
    const sum = shown.querySelector(".sum");
    bar.hidden = !sum;
    if (sum) bar.textContent = sum.querySelector(".big").textContent;
    shown.querySelectorAll("details").forEach((each, place) => {
      if (place in open) each.open = open[place];
    });
  });

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
