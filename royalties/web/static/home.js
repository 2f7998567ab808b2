// Computes the draft for who looks at the home page, and tells what it lacks. Without this, a link does.

const place = document.querySelector("[data-draft]");
const MOST = 200; // looks, of which a large draft takes some

async function look(times) {
  const answer = await fetch(place.dataset.draft, { redirect: "error" });
  if (answer.status === 202 && times < MOST) {
    setTimeout(() => look(times + 1), 700);
    return;
  }
  if (!answer.ok || answer.status === 202) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector("template[data-lacks]");
  if (!found) return;
  if (found.content.querySelector("a")) {
    place.replaceChildren(found.content);
    return;
  }
  const list = place.parentElement;
  place.remove();
  if (list.children.length) return;
  list.remove();
  document.querySelector("[data-nothing]").hidden = false;
}

if (place) look(0).catch(() => {}); // the link stays
