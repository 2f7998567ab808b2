// Long work on uploads: its progress once a second, and the page anew when something is done.

const shown = [...document.querySelectorAll("[data-upload]")].slice(0, 50);
const input = document.querySelector("input[type=file]");

async function look() {
  const numbers = shown.map((each) => `of=${each.dataset.upload}`).join("&");
  let states;
  try {
    const answer = await fetch(`/finance/uploads/states?${numbers}`, {
      headers: { Accept: "application/json" },
      redirect: "error",
    });
    if (!answer.ok) throw new Error(answer.statusText);
    states = await answer.json();
  } catch {
    setTimeout(look, 5000);
    return;
  }
  let ended = false;
  for (const each of shown) {
    const state = states[each.dataset.upload];
    if (!state) {
      ended = true;
      continue;
    }
    const bar = each.querySelector("progress");
    each.querySelector("[data-words]").textContent = state.words;
    if (state.total) {
      bar.max = state.total;
      bar.value = state.done;
      each.querySelector("[data-percent]").textContent = `${Math.floor((100 * state.done) / state.total)} %`;
    } else {
      bar.removeAttribute("value");
    }
  }
  if (ended && !(input && input.files.length)) {
    window.location.reload();
    return;
  }
  setTimeout(look, 1000);
}

if (shown.length) setTimeout(look, 1000);
