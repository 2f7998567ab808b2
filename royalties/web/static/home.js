// Computes the draft for who looks at the home page, then tells what it lacks and what it estimates.
// Without this, links do.

const place = document.querySelector("[data-draft]");
const MOST = 200; // looks, of which a large draft takes some

async function pageOf(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function showEstimate() {
  const old = document.querySelector("[data-estimate]");
  if (!old) return;
  const answer = await fetch(location.href, { redirect: "error" });
  const fresh = answer.ok && (await pageOf(answer)).getElementById(old.id);
  if (fresh) old.replaceWith(document.adoptNode(fresh));
}

async function look(times) {
  const answer = await fetch(place.dataset.draft, { redirect: "error" });
  if (answer.status === 202 && times < MOST) {
    setTimeout(() => look(times + 1), 700);
    return;
  }
  if (!answer.ok || answer.status === 202) return;
  const found = (await pageOf(answer)).querySelector("template[data-lacks]");
  if (!found) return;
  await showEstimate();
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
