// What was typed into one form of a page outlives the sending of another. It waits in this tab for
// the same person, and stands in its form again wherever that is shown next.

{
  const DRAFTS = "drafts";
  const owner = document.querySelector(".who a")?.textContent.trim() ?? "";
  const TYPED =
    "textarea, select, input:not([type=hidden], [type=password], [type=file], [type=submit], [required][type=checkbox])";

  const forms = () =>
    [...document.querySelectorAll("main form[method=post]")].filter(
      (form) => !form.matches("[data-rows-form]") && !form.querySelector("[data-sheet]"),
    );
  // A picker's words are those of the select that it stands for.
  const fields = (form) =>
    [...form.elements].filter(
      (each) => each.matches(TYPED) && each.autocomplete !== "one-time-code" && !each.picks,
    );

  // A form is known by where it goes and by its first field: hidden ones change with what it is about.
  const called = (field) => field?.picker?.id || field?.id || field?.name;
  const known = (form) => [owner, new URL(form.action).pathname, called(fields(form)[0])].join(" ");

  const state = (field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value);
  const shown = new Map(forms().flatMap(fields).map((field) => [field, state(field)]));
  const differs = (field) => state(field) !== (shown.get(field) ?? "");

  function drafts(change) {
    try {
      const kept = JSON.parse(sessionStorage.getItem(DRAFTS) ?? "{}");
      const found = change(kept);
      sessionStorage.setItem(DRAFTS, JSON.stringify(kept));
      return found;
    } catch {
      return undefined; // a browser that keeps nothing
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || "download" in event.target.dataset) return;
    drafts((kept) => {
      for (const form of forms()) {
        const typed = fields(form)
          .map((field, place) => [place, field.name, state(field), differs(field)])
          .filter(([, , , changed]) => changed);
        if (form === event.target || !typed.length) delete kept[known(form)];
        else kept[known(form)] = typed;
      }
    });
  });

  drafts((kept) => {
    for (const form of forms()) {
      const typed = kept[known(form)] ?? [];
      delete kept[known(form)];
      let back = false;
      for (const [place, name, value] of typed) {
        const field = fields(form)[place];
        if (field?.name !== name) continue;
        if (typeof value === "boolean") field.checked = value;
        else field.value = value;
        back = true;
      }
      if (!back) continue;
      const said = document.createElement("p");
      said.className = "small quiet";
      said.setAttribute("role", "status");
      said.textContent = "Not sent yet: what you typed here was kept.";
      form.append(said);
      form.closest("details")?.setAttribute("open", "");
    }
  });
}
