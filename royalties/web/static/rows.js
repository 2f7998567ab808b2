// Rows of a form are added, moved and removed on the page; without this the form is sent for it.

const status = document.createElement("div");
status.setAttribute("role", "status");
status.className = "unseen";
document.querySelector("[data-rows-form]")?.append(status);

let made = 0;

// Rows that say where they stand, in lists within lists as 2.1.3, say it anew.
function number(list, before) {
  [...list.children].forEach((row, place) => {
    const own = (each) => each.parentElement.closest("[data-row-of]") === row;
    const here = `${before}${place + 1}`;
    for (const each of [...row.querySelectorAll("[data-place]")].filter(own)) each.textContent = here;
    for (const each of [...row.querySelectorAll("[data-rows]")].filter(own)) number(each, `${here}.`);
  });
}

function add(where) {
  const list = document.querySelector(`[data-rows="${where}"]`);
  const pattern = document.querySelector(`template[data-for="${where}"]`);
  if (!list || !pattern) return false;
  const table = where.slice(where.lastIndexOf("-") + 1);
  do made += 1;
  while (list.querySelector(`[name="${where}"][value="n${made}"]`)); // made before the form was sent
  const html = pattern.innerHTML.replaceAll(`__${table}__`, `n${made}`);
  list.insertAdjacentHTML("beforeend", html);
  const row = list.lastElementChild;
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  status.textContent = "Added at the end.";
  return true;
}

function act(button) {
  const [verb, where] = button.value.split(":");
  if (verb === "add") return add(where);
  const row = button.closest(`[data-row-of="${where}"]`);
  if (!row) return false;
  const list = row.parentElement;
  if (verb === "remove") {
    row.remove();
    document.getElementById(`${where}-add`)?.focus();
    status.textContent = "Removed.";
    return true;
  }
  const beside = verb === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (beside) {
    if (verb === "up") list.insertBefore(row, beside);
    else list.insertBefore(beside, row);
    button.focus();
  }
  const place = [...list.children].indexOf(row) + 1;
  status.textContent = `Now at place ${place} of ${list.children.length}.`;
  return true;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-row]");
  if (!button || !act(button)) return;
  window.dispatchEvent(new Event("resize")); // a table may be wider than its box now
  event.preventDefault();
  for (const list of document.querySelectorAll("[data-rows]")) {
    if (!list.closest("[data-row-of]")) number(list, "");
  }
});

// What is ticked stands beside the folded list.
document.addEventListener("change", (event) => {
  const pick = event.target.closest(".pick");
  if (!pick) return;
  const ticked = [...pick.querySelectorAll("input:checked")].map((each) => each.parentElement.textContent.trim());
  pick.querySelector("[data-picked]").textContent = ticked.join("; ") || "any";
});

// After a row was moved by sending the form, one goes on where one was.
const go = document.querySelector("[data-go]")?.dataset.go;
if (go) document.getElementById(go)?.focus();
