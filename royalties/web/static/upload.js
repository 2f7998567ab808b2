// Files may be dropped, and are sent one by one, each with its progress; without this the form
// sends them together.

const form = document.querySelector("[data-drop]");

function drop(form) {
  const input = form.querySelector("input[type=file]");
  const told = form.querySelector("[data-told]");
  const button = form.querySelector("button");
  const most = Number(form.dataset.most);
  form.querySelector("[data-scripted]").hidden = false;

  const tell = (text, bad = false) => {
    const line = document.createElement("p");
    line.textContent = text;
    if (bad) line.className = "bad";
    told.append(line);
  };

  const send = (file, bar, alone) =>
    new Promise((done) => {
      const data = new FormData();
      data.append("csrf_token", form.elements.csrf_token.value);
      if (alone) data.append("alone", "1");
      data.append("files", file);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) {
          bar.max = event.total;
          bar.value = event.loaded;
        }
      });
      request.addEventListener("load", () => {
        if (request.status < 300 && request.getResponseHeader("Content-Type") === "application/json") {
          done({ to: JSON.parse(request.responseText).to });
          return;
        }
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const words = [...page.querySelectorAll("main h1, main p")].map((each) => each.textContent.trim());
        done({ error: words.slice(0, 2).join(". ") || "It was not taken." });
      });
      request.addEventListener("error", () => done({ error: "The connection was lost; send it again." }));
      request.send(data);
    });

  const sendAll = async (files) => {
    button.disabled = true;
    told.replaceChildren();
    const addresses = [];
    let failed = 0;
    for (const [place, file] of files.entries()) {
      if (file.size > most) {
        tell(`${file.name} is larger than ${Math.floor(most / 1e6)} MB: split it, or send it at the command line.`, true);
        failed += 1;
        continue;
      }
      const line = document.createElement("p");
      const bar = document.createElement("progress");
      line.textContent = `Sending and checking ${file.name} (${place + 1} of ${files.length})`;
      bar.setAttribute("aria-label", file.name);
      told.append(line, bar);
      const answer = await send(file, bar, files.length === 1);
      bar.remove();
      line.remove();
      if (answer.error) {
        tell(`${file.name}: ${answer.error}`, true);
        failed += 1;
      } else {
        addresses.push(answer.to);
      }
    }
    button.disabled = false;
    if (!failed) {
      window.location.assign(addresses.length === 1 ? addresses[0] : form.action);
    } else if (addresses.length) {
      const link = document.createElement("a");
      link.href = form.action;
      link.textContent = `See the ${addresses.length} that arrived`;
      told.append(link);
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendAll([...input.files]);
  });

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const files = [...event.dataTransfer.files];
    if (files.length) sendAll(files);
  });
  // A file that is dropped beside the zone does not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
}

if (form) drop(form);
