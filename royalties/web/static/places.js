// The list of regions follows the country that is chosen; without this it is that of the country
// with which the page came, and any name or code can be typed.

(() => {
  const lists = new Map();

  const listOf = (country) => {
    const id = `regions-${country}`;
    if (!lists.has(id)) {
      lists.set(
        id,
        document.getElementById(id)
          ? Promise.resolve(id)
          : fetch(`/regions/${country}`, { headers: { Accept: "application/json" } })
              .then((answer) => (answer.ok ? answer.json() : []))
              .then((regions) => {
                const list = document.createElement("datalist");
                list.id = id;
                list.append(...regions.map(([code, name]) => new Option(name, code)));
                document.body.append(list);
                return id;
              }),
      );
    }
    return lists.get(id);
  };

  document.addEventListener("change", async ({ target }) => {
    const box = target.dataset?.regions && document.getElementById(target.dataset.regions);
    if (!box || !/^[A-Z]{2}$/.test(target.value)) return;
    const country = target.value;
    try {
      const id = await listOf(country);
      if (target.value === country) box.setAttribute("list", id);
    } catch {
      lists.delete(`regions-${country}`);
      box.removeAttribute("list");
    }
  });
})();
