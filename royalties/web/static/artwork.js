// Artwork may be dropped, and is looked at as soon as it is chosen; without this the form sends it.

const form = document.querySelector("[data-artwork]");

function watch(form) {
  const most = Number(form.dataset.most);

  const tell = (zone, text, kind) => {
    const line = document.createElement("p");
    line.textContent = text;
    line.className = kind;
    zone.querySelector("[data-told]").replaceChildren(line);
  };

  // The cover is drawn with what waits to be sent.
  const sketch = () => {
    const cover = document.querySelector("[data-cover]");
    const looks = [...form.querySelectorAll("input[name^=look-]")];
    const asked = new URLSearchParams(looks.map((each) => ["look", each.value]));
    cover.src = looks.length ? `${cover.dataset.cover}?${asked}` : cover.dataset.cover;
  };

  const look = async (zone, input) => {
    const [file] = input.files;
    const told = zone.querySelector("[data-told]");
    if (!file) {
      told.replaceChildren();
      sketch();
      return;
    }
    if (file.size > most) {
      tell(zone, `${file.name} is larger than ${Math.floor(most / 1e6)} MB.`, "bad");
      return;
    }
    tell(zone, `Looking at ${file.name} …`, "quiet");
    const data = new FormData();
    data.append("csrf_token", form.elements.csrf_token.value);
    data.append("use", zone.dataset.zone);
    data.append("file", file);
    try {
      const answer = await fetch(form.dataset.look, {
        method: "POST",
        body: data,
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      if (!answer.ok) throw new Error(answer.statusText);
      const { html } = await answer.json();
      if (input.files[0] === file) told.innerHTML = html;
      sketch();
    } catch {
      tell(zone, `${file.name} is looked at when you send it.`, "quiet");
    }
  };

  form.querySelectorAll("[data-scripted]").forEach((each) => (each.hidden = false));
  for (const zone of form.querySelectorAll("[data-zone]")) {
    const input = zone.querySelector("input[type=file]");
    input.addEventListener("change", () => look(zone, input));
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      });
    }
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(event.relatedTarget)) zone.classList.remove("over");
    });
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      if (event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        look(zone, input);
      }
    });
  }
  // A file that is dropped beside the zones does not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
}

if (form) watch(form);
