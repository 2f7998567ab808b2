// A long list is searched by typing: each word has to be part of a name. Without this a browser shows
// the list as it is: of a select, or of a field that has one.

(() => {
  const MOST = 60;
  const MARKS = /\p{M}/gu;
  const fold = (text) => text.normalize("NFD").replace(MARKS, "").toLowerCase();
  const tidy = (text) => text.replace(/\s+/g, " ").trim();

  let made = 0;
  let open = null; // whose list is shown
  let shown = [];
  let active = -1;

  const popup = document.createElement("ul");
  popup.id = "picker-list";
  popup.className = "picker-list";
  popup.setAttribute("role", "listbox");
  popup.hidden = true;
  const said = document.createElement("div");
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(popup, said);

  const wordsOf = (option) => tidy(option.label || option.textContent || option.value);

  // What can be chosen for a field: the options of its select, or of the list that it names.
  function choices(input) {
    const source = input.picks ?? document.getElementById(input.dataset.list);
    if (!source) return [];
    source.folded ??= new Map();
    return [...source.options].map((option) => {
      const words = input.picks ? wordsOf(option) : option.value;
      if (!source.folded.has(words)) source.folded.set(words, fold(words));
      const more = input.picks || option.label === words ? "" : option.label;
      return { value: option.value, words, more, folded: source.folded.get(words) };
    });
  }

  function fitting(input) {
    const typed = input.value === input.before ? [] : fold(input.value).split(/\s+/).filter(Boolean);
    const found = choices(input).filter((each) => typed.every((word) => each.folded.includes(word)));
    if (!typed.length) return found;
    // Names whose words are those that were typed come first, then those that begin like them.
    const rank = ({ folded }) => {
      const words = folded.split(/[^\p{L}\p{N}]+/u);
      if (typed.every((word) => words.includes(word))) return 0;
      return typed.every((word) => words.some((each) => each.startsWith(word))) ? 1 : 2;
    };
    return found.map((each) => [rank(each), each]).sort(([a], [b]) => a - b).map(([, each]) => each);
  }

  function place() {
    const box = open.getBoundingClientRect();
    const wide = Math.min(Math.max(box.width, 256), window.innerWidth - 16);
    const left = Math.max(8, Math.min(box.left, window.innerWidth - wide - 8));
    const below = window.innerHeight - box.bottom - 8;
    const isAbove = below < 160 && box.top > below;
    popup.style.width = `${wide}px`;
    popup.style.left = `${left}px`;
    popup.style.maxHeight = `${Math.min(320, isAbove ? box.top - 16 : below)}px`;
    popup.style.top = isAbove ? "auto" : `${box.bottom + 2}px`;
    popup.style.bottom = isAbove ? `${window.innerHeight - box.top + 2}px` : "auto";
  }

  function mark(place) {
    popup.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const option = popup.children[active];
    if (!option || !shown[active]) {
      open?.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    open.setAttribute("aria-activedescendant", option.id);
  }

  function show(input) {
    const every = fitting(input);
    open = input;
    shown = every.slice(0, MOST);
    popup.replaceChildren(
      ...shown.map((each, number) => {
        const option = document.createElement("li");
        option.id = `picker-${number}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = (each.words || "None") + (each.more ? ` (${each.more})` : "");
        return option;
      }),
    );
    if (!every.length || every.length > MOST) {
      const more = document.createElement("li");
      more.className = "quiet small";
      more.setAttribute("role", "option");
      more.setAttribute("aria-disabled", "true");
      more.setAttribute("aria-selected", "false");
      more.textContent = every.length ? `and ${every.length - MOST} more: type on` : "Nothing is called like that";
      popup.append(more);
    }
    said.textContent = every.length === 1 ? "1 name fits" : `${every.length || "No"} names fit`;
    const name = document.querySelector(`label[for="${CSS.escape(input.id)}"]`)?.textContent;
    popup.setAttribute("aria-label", tidy(name ?? input.getAttribute("aria-label") ?? "Names"));
    popup.hidden = false;
    input.setAttribute("aria-expanded", "true");
    place();
    const own = shown.findIndex((each) => each.words === input.value);
    active = -1;
    mark(input.value && input.value !== input.before ? 0 : own);
  }

  function hide() {
    if (!open) return;
    open.setAttribute("aria-expanded", "false");
    open.removeAttribute("aria-activedescendant");
    popup.hidden = true;
    open = null;
    active = -1;
  }

  function choose(input, choice) {
    const changed = input.picks ? input.picks.value !== choice.value : input.before !== choice.words;
    input.value = input.before = input.picks && !choice.value ? "" : choice.words;
    if (input.picks) input.picks.value = choice.value;
    hide();
    if (changed) (input.picks ?? input).dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What was typed and not chosen: a name is taken, anything else is put back where only names can be.
  function settle(input) {
    if (input.value === input.before) return;
    const typed = fold(tidy(input.value));
    const every = choices(input);
    const found = every.find((each) => each.folded === typed) ?? (typed ? null : every.find((each) => !each.value));
    if (found) choose(input, found);
    else if (input.picks) input.value = input.before;
    else input.before = input.value;
  }

  function label(input) {
    made += 1;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", popup.id);
    input.autocomplete = "off";
    input.classList.add("picker");
    input.before = input.value;
  }

  function sync(select) {
    const input = select.picker;
    const chosen = select.selectedOptions[0];
    input.value = input.before = chosen && chosen.value ? wordsOf(chosen) : "";
  }

  function replace(select) {
    const input = document.createElement("input");
    input.type = "text";
    input.id = select.id || `picker-of-${made}`;
    for (const name of ["aria-label", "aria-describedby", "aria-invalid", "aria-labelledby"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    if (select.required) input.required = true;
    select.required = false;
    select.removeAttribute("id");
    const blank = [...select.options].find((option) => !option.value);
    input.placeholder = blank ? wordsOf(blank) : "";
    input.picks = select;
    select.picker = input;
    select.hidden = true;
    select.before(input);
    sync(select);
    label(input);
  }

  function take(input) {
    input.dataset.list = input.getAttribute("list");
    input.removeAttribute("list");
    label(input);
  }

  function enhance(root) {
    for (const each of root.querySelectorAll("select[data-search]:not([hidden])")) replace(each);
    for (const each of root.querySelectorAll("input[data-search][list]")) take(each);
  }

  const isPicker = (target) => target instanceof HTMLInputElement && target.classList.contains("picker");

  document.addEventListener("input", ({ target }) => isPicker(target) && show(target));
  document.addEventListener("click", ({ target }) => {
    if (isPicker(target) && open !== target) show(target);
  });
  document.addEventListener("focusin", ({ target }) => isPicker(target) && target.select());
  document.addEventListener("focusout", ({ target }) => {
    if (!isPicker(target)) return;
    hide();
    settle(target);
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!isPicker(input) || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.altKey) {
      event.preventDefault();
      if (open !== input) show(input);
      else if (shown.length) mark((active + step + shown.length) % shown.length);
      else return;
      if (active < 0 && shown.length) mark(step > 0 ? 0 : shown.length - 1);
    } else if (event.key === "Enter" && open === input && shown[active]) {
      event.preventDefault();
      choose(input, shown[active]);
    } else if (event.key === "Tab" && open === input && shown[active] && input.value !== input.before) {
      choose(input, shown[active]);
    } else if (event.key === "Escape" && open === input) {
      event.preventDefault();
      input.value = input.before;
      hide();
    }
  });
  // The field keeps the focus while something is chosen with a finger or a mouse.
  popup.addEventListener("pointerdown", (event) => event.preventDefault());
  popup.addEventListener("mousedown", (event) => event.preventDefault());
  popup.addEventListener("click", ({ target }) => {
    const choice = shown[[...popup.children].indexOf(target.closest("li"))];
    if (open && choice) choose(open, choice);
  });
  window.addEventListener("resize", hide);
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (open && target !== popup) place();
    },
    true,
  );
  // A browser that goes back, and drafts that come back, fill the selects in.
  window.addEventListener("pageshow", () => {
    for (const each of document.querySelectorAll("select[data-search]")) if (each.picker) sync(each);
  });
  document.addEventListener("reset", () => setTimeout(() => dispatchEvent(new Event("pageshow")), 0));

  // Ticks of a long list: those that do not fit are hidden, unless they are ticked.
  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.("[data-find]")) return;
    const typed = fold(target.value).split(/\s+/).filter(Boolean);
    const list = target.closest("details, fieldset");
    for (const each of list.querySelectorAll(".pick-list > label, .choices > .tick")) {
      const fits = typed.every((word) => fold(each.textContent).includes(word));
      each.hidden = !fits && !each.querySelector(":checked");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("[data-find]")) event.preventDefault();
  });

  function everything(root) {
    enhance(root);
    for (const each of root.querySelectorAll("[data-find]")) each.closest(".find").hidden = false;
  }
  everything(document);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const each of addedNodes) {
        if (each.nodeType === Node.ELEMENT_NODE && each.closest("main")) everything(each.parentElement);
      }
    }
  }).observe(document.getElementById("main") ?? document.body, { childList: true, subtree: true });
})();
