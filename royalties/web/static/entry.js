// Enter sales: what the cells of the grid mean, and a draft that is kept while one types.

(() => {
  const form = document.querySelector("[data-sheet]");
  if (!form) return;
  const facts = form.dataset;
  const table = form.querySelector("table");
  const live = form.querySelector("[data-live]");
  const saved = form.querySelector("[data-saved]");
  const told = form.querySelector("[data-told]");
  const fields = [...table.querySelectorAll("thead [data-field]")].map((head) => ({
    name: head.dataset.field,
    label: head.textContent.trim(),
    figure: head.classList.contains("figure"),
    options: ["isbn", "kind"].includes(head.dataset.field),
  }));
  const place = Object.fromEntries(fields.map((field, at) => [field.name, at]));
  const books = new Map();
  const kinds = ["sale", "return", "free", "usage"];

  const say = (words) => {
    live.textContent = "";
    setTimeout(() => (live.textContent = words), 30);
    told.textContent = words;
  };

  // Amounts are whole millionths; no binary fraction touches them. A pasted one may have its
  // currency's sign, which the import compares with the row's currency.
  const MICRO = 1000000n;
  const micro = (text) => {
    const group = facts.decimal === "," ? /[.\s\u00a0\u202f]/g : /[,\s\u00a0\u202f]/g;
    const bare = text.replace(/\p{Sc}/u, "").replace("\u2212", "-");
    const plain = bare.replace(group, "").replace(facts.decimal, ".");
    const found = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/.exec(plain);
    if (!found) return null;
    const value = BigInt(found[2]) * MICRO + BigInt((found[3] || "").padEnd(6, "0"));
    return found[1] ? -value : value;
  };
  const rounded = (value, scale) => {
    const less = value < 0n;
    const most = less ? -value : value;
    const whole = (2n * most + scale) / (2n * scale);
    return less ? -whole : whole;
  };
  const digits = (currency) => {
    try {
      const named = { style: "currency", currency };
      return new Intl.NumberFormat("en", named).resolvedOptions().maximumFractionDigits;
    } catch {
      return 2;
    }
  };
  const written = (value, least, grouped) => {
    const less = value < 0n;
    const most = less ? -value : value;
    let whole = String(most / MICRO);
    const rest = String(most % MICRO).padStart(6, "0").replace(/0+$/, "").padEnd(least, "0");
    if (grouped) whole = whole.replace(/\B(?=(\d{3})+$)/g, facts.decimal === "," ? "." : ",");
    return (less ? (grouped ? "\u2212" : "-") : "") + whole + (rest ? facts.decimal + rest : "");
  };

  const get = (row, name) => row.cells[place[name]];
  const fillIn = (row, name, text) => {
    row.cells[place[name]] = text;
    row.wrong.delete(name);
    if (text) row.auto.add(name);
    else row.auto.delete(name);
  };
  const isOurs = (row, name) => !get(row, name) || row.auto.has(name);

  // Days are written shortly: 25 is this month's, 11/25 this year's.
  const day = (text) => {
    const [year, month] = facts.today.split("-");
    let found = /^(\d{1,2})$/.exec(text);
    if (found) return `${year}-${month}-${found[1].padStart(2, "0")}`;
    found = /^(\d{1,2})[-/.](\d{1,2})\.?$/.exec(text);
    if (!found) return text;
    const [one, two] = [found[1], found[2]].map((each) => each.padStart(2, "0"));
    return facts.order === "dmy" ? `${year}-${two}-${one}` : `${year}-${one}-${two}`;
  };
  const iso = (text) => {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
    const found = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(text);
    if (!found) return "";
    const [one, two] = [found[1], found[2]].map((each) => each.padStart(2, "0"));
    return facts.order === "dmy" ? `${found[3]}-${two}-${one}` : `${found[3]}-${one}-${two}`;
  };

  const bookOf = (row) => books.get(get(row, "isbn").replace(/[\s-]/g, "").toUpperCase());
  const listed = (row) => {
    const on = iso(get(row, "date"));
    const known = (bookOf(row)?.prices || []).filter(
      ([currency, starts]) => currency === get(row, "currency").toUpperCase() && starts <= on,
    );
    return known.length ? known[known.length - 1][2].replace(".", facts.decimal) : "";
  };

  // What is known fills in what was not typed: the day and currency of the row above, the price
  // of the edition on the day, and net receipts by copies, price and discount.
  const follow = (row, at, changed) => {
    if (!get(row, "isbn")) return;
    const above = grid.rows[at - 1];
    if (isOurs(row, "date") && !get(row, "date")) {
      fillIn(row, "date", (above && get(above, "date")) || facts.today);
    }
    if (!get(row, "currency")) {
      fillIn(row, "currency", (above && get(above, "currency")) || facts.currency);
    }
    let units = micro(get(row, "units"));
    if (!get(row, "kind")) fillIn(row, "kind", units < 0n ? "return" : "sale");
    if (units < 0n && row.auto.has("kind")) fillIn(row, "kind", "return");
    if (units > 0n && get(row, "kind") === "return") {
      row.cells[place.units] = `-${get(row, "units")}`;
      units = -units;
    }
    if (get(row, "kind") === "usage") {
      for (const name of ["list_price", "discount", "net"]) if (row.auto.has(name)) fillIn(row, name, "");
      return;
    }
    if (isOurs(row, "list_price")) fillIn(row, "list_price", listed(row));
    const price = micro(get(row, "list_price"));
    if (changed === "net" && get(row, "net")) {
      if (row.auto.has("discount")) fillIn(row, "discount", "");
      return;
    }
    if (!isOurs(row, "net") && changed !== "discount") return;
    if (get(row, "kind") === "free") {
      if (isOurs(row, "discount")) fillIn(row, "discount", "");
      fillIn(row, "net", "0");
      return;
    }
    if (price === null || !units) {
      if (row.auto.has("net")) fillIn(row, "net", "");
      return;
    }
    if (!get(row, "discount")) fillIn(row, "discount", "0");
    const discount = micro(get(row, "discount").replace(/\s*%$/, ""));
    if (discount === null) return;
    const least = digits(get(row, "currency").toUpperCase());
    const step = 10n ** BigInt(6 - least);
    const exact = units * price * (100n * MICRO - discount);
    fillIn(row, "net", written(rounded(exact, 100n * MICRO * MICRO * step) * step, least));
  };

  const normal = (row, name) => {
    const text = get(row, name);
    if (name === "date") row.cells[place.date] = day(text);
    if (name === "kind" && text) {
      const found = kinds.find((kind) => kind.startsWith(text.toLowerCase()));
      if (found) row.cells[place.kind] = found;
    }
    if (name === "currency" || (name === "country" && text.length < 4)) {
      row.cells[place[name]] = text.toUpperCase();
    }
  };

  const look = async (isbns) => {
    const unknown = [...new Set(isbns)].filter((isbn) => isbn && !books.has(isbn));
    for (let from = 0; from < unknown.length; from += 100) {
      const asked = new URLSearchParams(unknown.slice(from, from + 100).map((each) => ["isbn", each]));
      try {
        const answer = await fetch(`${facts.books}?${asked}`);
        if (answer.ok) remember((await answer.json()).editions);
      } catch {
        return; // without the server a price is typed
      }
    }
  };
  const remember = (found) => {
    for (const each of found) for (const name of each.names) books.set(name, each);
  };

  const totals = () => {
    let [rows, copies] = [0, 0n];
    const net = new Map();
    for (const row of grid.rows) {
      if (!fields.some((field) => get(row, field.name) && !["date", "kind", "currency"].includes(field.name))) continue;
      rows += 1;
      copies += micro(get(row, "units")) ?? 0n;
      const currency = get(row, "currency").toUpperCase();
      net.set(currency, (net.get(currency) ?? 0n) + (micro(get(row, "net")) ?? 0n));
    }
    form.querySelector("[data-rows]").textContent = rows;
    form.querySelector("[data-copies]").textContent = written(copies, 0, true);
    form.querySelector("[data-net]").textContent =
      [...net].map(([currency, sum]) => `${written(sum, digits(currency), true)} ${currency}`).join(" · ") || "0";
    form.querySelector("[data-record]").textContent = rows
      ? `Record ${rows} ${rows === 1 ? "row" : "rows"}`
      : "Record";
  };

  // The bar below lies over the sheet, and is higher the more it says.
  const bar = form.querySelector(".totals");
  let high = 0;
  const measure = () => {
    if (bar.offsetHeight === high) return false;
    high = bar.offsetHeight;
    document.documentElement.style.setProperty("--under", `${high}px`);
    return true;
  };

  const grid = new Grid(table, fields, {
    most: Number(facts.most),
    say,
    changed: async (places, name) => {
      const rows = places.map((at) => [grid.rows[at], at]);
      for (const [row] of rows) {
        if (name) normal(row, name);
        else fields.forEach((field) => normal(row, field.name));
      }
      rows.forEach(([row, at]) => follow(row, at, name));
      totals();
      changed();
      const before = books.size;
      await look(rows.map(([row]) => get(row, "isbn").replace(/[\s-]/g, "").toUpperCase()));
      if (books.size === before) return;
      rows.forEach(([row, at]) => {
        follow(row, at, name);
        const now = grid.rows.indexOf(row);
        if (now >= 0) grid.repaint(now);
      });
      totals();
      changed();
    },
    label: (row, name) => {
      const book = name === "isbn" && bookOf(row);
      return book ? book.short : "";
    },
    at: (row, field) => {
      told.textContent = (field && row.wrong.get(field.name)) || "";
      measure();
    },
    dropped: (at) => {
      say(`Row ${at + 2} was deleted`);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.textContent = "Undo";
      button.addEventListener("click", () => grid.undo());
      setTimeout(() => told.append(" ", button), 40);
    },
    options: async (name, text) => {
      if (name === "kind") {
        return kinds
          .filter((kind) => kind.startsWith(text.toLowerCase()))
          .map((kind) => ({ value: kind, label: kind }));
      }
      try {
        const answer = await fetch(`${facts.books}?${new URLSearchParams({ q: text })}`);
        if (!answer.ok) return [];
        const { editions } = await answer.json();
        remember(editions);
        return editions.map((each) => ({ value: each.isbn, label: `${each.name} · ${each.isbn}` }));
      } catch {
        return [];
      }
    },
    save: () => record(),
  });

  // The draft

  let timer = 0;
  let dirty = facts.dirty === "yes";
  let sending = null;
  let stopped = false;
  let leaving = false;

  const sheet = () => {
    const rows = grid.rows.map((row) => row.cells);
    while (rows.length && rows[rows.length - 1].every((cell) => !cell)) rows.pop();
    return JSON.stringify(rows);
  };
  const changed = () => {
    if (leaving) return; // what is being recorded must not be kept once more behind it
    dirty = true;
    saved.textContent = "Not saved yet";
    clearTimeout(timer);
    timer = setTimeout(send, 1000);
  };
  const send = async (force = false) => {
    clearTimeout(timer);
    while (sending) await sending; // several may wait for the one on its way
    if (leaving || !dirty || (stopped && !force)) return !stopped;
    dirty = false;
    sending = post(force);
    const done = await sending;
    sending = null;
    return done;
  };
  const post = async (force, again = false) => {
    const body = new URLSearchParams({
      csrf_token: form.elements.csrf_token.value,
      person: form.elements.person.value,
      retailer: facts.retailer,
      token: form.elements.token.value,
      version: form.elements.version.value,
      sheet: sheet(),
      force: force ? "yes" : "",
    });
    const how = { method: "POST", body, redirect: "manual", keepalive: String(body).length < 60000 };
    try {
      const answer = await fetch(facts.keep, how);
      if (!answer.headers.get("content-type")?.includes("json")) {
        // The session ended, or its token is another one since somebody signed in again.
        const why = await renew();
        if (!why && !again) return post(force, true);
        unsaved("Not saved", why || { words: "the server did not take it." });
        return false;
      }
      const found = await answer.json();
      if (answer.ok) {
        form.elements.token.value = found.token;
        form.elements.version.value = found.version;
        saved.textContent = `Draft saved ${found.at}`;
        if (lost) say("Saved again");
        lost = "";
        stopped = false;
        document.getElementById("other-window").hidden = true;
        return true;
      }
      dirty = true;
      saved.textContent = "Not saved";
      say(found.message);
      if (answer.status === 409) {
        stopped = true;
        document.getElementById("other-window").hidden = false;
      }
    } catch {
      unsaved("Not saved", OFFLINE);
    }
    return false;
  };

  // A session may end while one types. Once the same person signed in again, in whichever window,
  // the page goes on with a fresh token; what is typed is its owner's, and nobody else's.

  const OFFLINE = { words: "no connection." };
  let lost = "";
  const renew = async () => {
    let found;
    try {
      const answer = await fetch(facts.fresh, { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") {
        return { words: "you were signed out. Sign in in another window and go on here.", door: true };
      }
      found = answer.ok ? await answer.json() : { name: "somebody else" };
      if (answer.status >= 500) return { words: "the server does not answer as it should." };
    } catch {
      return OFFLINE;
    }
    if (found.person !== form.elements.person.value) {
      const others = `${found.name} is signed in in this browser now, and this sheet is ${facts.owner}’s.`;
      return { words: `${others} It goes on once ${facts.owner} signs in again in another window.` };
    }
    document.querySelectorAll("[name=csrf_token]").forEach((each) => (each.value = found.csrf));
    return null;
  };
  const unsaved = (what, why) => {
    const words = `${what}: ${why.words} What you typed stays here.`;
    dirty = true;
    saved.textContent = words;
    if (why.door) {
      const door = document.createElement("a");
      Object.assign(door, { href: facts.door, target: "_blank", textContent: "Sign in (another window)" });
      saved.append(" ", door);
    }
    if (words !== lost) {
      live.textContent = "";
      setTimeout(() => (live.textContent = words), 30);
    }
    lost = words;
    clearTimeout(timer);
    timer = setTimeout(send, 10000);
  };
  window.addEventListener("focus", () => lost && send());
  document.querySelector("[data-mine]").addEventListener("click", () => {
    dirty = true;
    send(true);
  });
  document.querySelector("[data-theirs]").addEventListener("click", () => {
    dirty = false;
    location.assign(facts.here);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" || lost) send();
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });

  // Recording sends the sheet as one field; the plain form's many fields stay behind.

  const record = () => form.requestSubmit(form.querySelector("[data-record]"));
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    grid.commit();
    const button = event.submitter;
    await send();
    if (stopped || leaving) return;
    const why = await renew();
    if (why) return unsaved("Not recorded", why);
    if (leaving) return;
    leaving = true;
    form.elements.sheet.value = sheet();
    setTimeout(() => form.requestSubmit(button)); // not while the form still tells that it is sent
  }, true);
  const chooser = document.querySelector("[data-retailer-form]");
  chooser.querySelector("select").addEventListener("change", async () => {
    grid.commit();
    if (await send()) {
      leaving = true;
      chooser.requestSubmit();
    }
  });
  chooser.querySelector("button").hidden = true;

  // The plain form's fields become the grid.

  const rows = [...table.tBodies[0].rows].map((line) => {
    const row = grid.blank(fields.map((field) => line.querySelector(`[name=${field.name}]`).value));
    line.querySelectorAll("[data-wrong]").forEach((input) => {
      row.wrong.set(input.name, input.dataset.wrong);
    });
    return row;
  });
  rows.forEach((row) => {
    if (fields.every((field) => field.name === "currency" || !get(row, field.name))) row.cells[place.currency] = "";
  });
  document.querySelectorAll("[data-plain]").forEach((each) => (each.hidden = true));
  document.querySelectorAll("[data-comfort]").forEach((each) => (each.hidden = false));
  grid.load(rows);
  totals();
  new ResizeObserver(() => {
    if (measure() && table.contains(document.activeElement)) grid.show();
  }).observe(bar);
  if (dirty) changed();
  look(rows.map((row) => get(row, "isbn").replace(/[\s-]/g, "").toUpperCase())).then(() => {
    rows.forEach((row) => {
      // What stands there as it would have been filled in goes on following.
      if (get(row, "list_price") && get(row, "list_price") === listed(row)) row.auto.add("list_price");
      const tried = { cells: [...row.cells], auto: new Set(row.auto), wrong: new Map() };
      tried.cells[place.net] = "";
      follow(tried, 0, "");
      if (get(row, "net") && get(tried, "net") === get(row, "net")) row.auto.add("net");
      const at = grid.rows.indexOf(row);
      if (at >= 0) grid.repaint(at);
    });
  });
  document.querySelectorAll("a[data-cell]").forEach((link) => {
    link.addEventListener("click", (event) => {
      const [row, field] = link.dataset.cell.split(" ");
      event.preventDefault();
      grid.go(Number(row), place[field] ?? 1);
    });
  });
  if (!document.querySelector("[data-focus]")) {
    const first = grid.rows.findIndex((row) => grid.isEmpty(row));
    grid.go(first, first ? 1 : 0);
  }
})();
