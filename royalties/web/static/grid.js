// A table of cells that is typed in like a spreadsheet, by the ARIA grid pattern.
// It knows nothing of sales: entry.js says what the cells mean.

class Grid {
  // fields: [{name, label, figure}]; hooks: changed, options, say, save, label (all optional but say).
  constructor(table, fields, hooks) {
    this.table = table;
    this.body = table.tBodies[0];
    this.fields = fields;
    this.hooks = hooks;
    this.rows = [];
    this.at = [0, 0];
    this.past = [];
    this.editor = null;
    table.setAttribute("role", "grid");
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("mousedown", (event) => this.press(event));
    table.addEventListener("dblclick", () => this.edit());
    table.addEventListener("click", (event) => {
      if (event.target.closest("button.drop")) this.drop(this.place(event.target)[0]);
    });
    table.addEventListener("paste", (event) => this.pasted(event));
    table.addEventListener("copy", (event) => {
      if (this.editor) return;
      event.clipboardData.setData("text/plain", this.value(...this.at));
      event.preventDefault();
    });
    table.addEventListener("focusin", (event) => {
      const cell = event.target.closest("td");
      if (cell && !this.editor) this.mark(...this.place(cell));
    });
  }

  // Rows

  blank(cells) {
    return { cells: cells || this.fields.map(() => ""), auto: new Set(), wrong: new Map() };
  }

  isEmpty(row) {
    return row.cells.every((cell) => !cell);
  }

  load(rows) {
    this.rows = rows;
    this.draw();
  }

  // There is always an empty row to go on with.
  spare() {
    while (this.rows.length < 10 || !this.isEmpty(this.rows[this.rows.length - 1])) {
      this.rows.push(this.blank());
    }
  }

  draw() {
    this.spare();
    const fresh = document.createDocumentFragment();
    this.rows.forEach((_, place) => fresh.append(this.made(place)));
    this.body.replaceChildren(fresh);
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    const [row, column] = this.at;
    this.at = [Math.min(row, this.rows.length - 1), column];
    this.cell(...this.at).tabIndex = 0;
  }

  made(place) {
    const line = document.createElement("tr");
    line.setAttribute("aria-rowindex", place + 2);
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = place + 2;
    line.append(head);
    this.fields.forEach((field, column) => {
      const cell = document.createElement("td");
      cell.setAttribute("role", "gridcell");
      cell.id = `c-${place}-${field.name}`;
      if (field.figure) cell.className = "figure";
      cell.tabIndex = -1;
      line.append(cell);
      this.fill(cell, place, column);
    });
    const last = document.createElement("td");
    last.setAttribute("role", "gridcell");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "drop link";
    button.tabIndex = -1;
    button.textContent = "×";
    button.setAttribute("aria-label", `Delete row ${place + 2}`);
    last.append(button);
    line.append(last);
    return line;
  }

  fill(cell, place, column) {
    const row = this.rows[place];
    const field = this.fields[column];
    const text = row.cells[column];
    const note = this.hooks.label?.(row, field.name) || "";
    cell.textContent = text;
    cell.classList.remove("open");
    if (note) {
      const small = document.createElement("span");
      small.className = "quiet small";
      small.textContent = ` ${note}`;
      cell.append(small);
    }
    const wrong = row.wrong.get(field.name);
    if (wrong) {
      cell.setAttribute("aria-invalid", "true");
      const why = document.createElement("span");
      why.className = "unseen";
      why.id = `why-${place}-${column}`;
      why.textContent = ` ${wrong}`;
      cell.append(why);
      cell.setAttribute("aria-describedby", why.id);
      cell.title = wrong;
    } else {
      cell.removeAttribute("aria-invalid");
      cell.removeAttribute("aria-describedby");
      cell.removeAttribute("title");
    }
  }

  repaint(place) {
    this.fields.forEach((_, column) => {
      if (!this.editor || this.at[0] !== place || this.at[1] !== column) {
        this.fill(this.cell(place, column), place, column);
      }
    });
  }

  cell(row, column) {
    const found = this.body.rows[row].cells[column + 1];
    return column === this.fields.length ? found.firstElementChild : found;
  }

  place(element) {
    const cell = element.closest("td");
    return [cell.parentElement.sectionRowIndex, cell.cellIndex - 1];
  }

  value(row, column) {
    return this.rows[row].cells[column] ?? "";
  }

  // Going about

  mark(row, column) {
    if (column < 0) return;
    const before = this.cell(Math.min(this.at[0], this.rows.length - 1), this.at[1]);
    before.tabIndex = -1;
    this.at = [row, column];
    this.cell(row, column).tabIndex = 0;
    this.hooks.at?.(this.rows[row], this.fields[column]);
  }

  go(row, column) {
    const wide = this.fields.length;
    this.mark(
      Math.max(0, Math.min(row, this.rows.length - 1)),
      Math.max(0, Math.min(column, wide)),
    );
    this.cell(...this.at).focus({ preventScroll: true });
    this.show();
  }

  // What lies over the page, headings and the bar below, is left out by scroll-padding.
  show() {
    this.cell(...this.at).scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  onward(back) {
    const [row, column] = this.at;
    if (back) return column > 0 ? this.go(row, column - 1) : this.go(row - 1, this.fields.length - 1);
    if (column < this.fields.length - 1) return this.go(row, column + 1);
    this.spare_row(row + 1);
    // The day comes from the row above, so a new row begins with its book.
    this.go(row + 1, 1);
  }

  spare_row(place) {
    if (place >= this.rows.length) {
      this.rows.push(this.blank());
      this.body.append(this.made(place));
      this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    }
  }

  press(event) {
    const cell = event.target.closest("td");
    if (!cell || !this.body.contains(cell) || event.target === this.editor) return;
    if (event.target.closest("button")) return;
    if (this.editor) this.commit();
    const place = this.place(cell);
    event.preventDefault();
    // A finger has no F2: a second touch of a cell edits it.
    if (cell === document.activeElement) this.edit();
    else if (place[1] >= 0) this.go(...place);
  }

  key(event) {
    if (this.editor) return this.keyEditing(event);
    const [row, column] = this.at;
    const control = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [control ? 0 : row, 0],
      End: [control ? this.rows.length - 1 : row, this.fields.length - 1],
      PageUp: [row - 10, column],
      PageDown: [row + 10, column],
    };
    if (moves[event.key] && !event.altKey) {
      this.go(...moves[event.key]);
    } else if (control && event.key === "Enter") {
      this.hooks.save?.();
    } else if (control && event.key.toLowerCase() === "d") {
      this.down();
    } else if (control && event.key.toLowerCase() === "z") {
      this.undo();
    } else if (control && event.key === "Delete") {
      this.drop(row);
    } else if (event.key === "Enter") {
      if (column === this.fields.length) return;
      this.onward(event.shiftKey);
    } else if (event.key === "F2") {
      this.edit();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.set(row, column, "");
    } else if (event.key.length === 1 && !control && !event.altKey) {
      if (column === this.fields.length) return;
      this.edit(event.key);
    } else {
      return;
    }
    event.preventDefault();
  }

  keyEditing(event) {
    if (event.key === "Enter") {
      this.take();
      this.commit();
      if (event.ctrlKey || event.metaKey) this.hooks.save?.();
      else this.onward(event.shiftKey);
    } else if (event.key === "Tab") {
      this.take();
      this.commit();
      const [row, column] = this.at;
      this.go(row, column + (event.shiftKey ? -1 : 1));
    } else if (event.key === "Escape") {
      if (this.list && !this.list.hidden) this.shut();
      else this.cancel();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && this.list && !this.list.hidden) {
      this.choose(event.key === "ArrowDown" ? 1 : -1);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // Editing one cell

  edit(first) {
    const [row, column] = this.at;
    if (this.editor || column >= this.fields.length) return;
    const cell = this.cell(row, column);
    const field = this.fields[column];
    const input = document.createElement("input");
    input.value = first ?? this.value(row, column);
    input.maxLength = 500;
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("aria-label", `${field.label}, row ${row + 2}`);
    const wrong = this.rows[row].wrong.get(field.name);
    if (wrong) input.setAttribute("aria-invalid", "true");
    this.editor = input;
    cell.replaceChildren(input);
    cell.classList.add("open");
    cell.removeAttribute("tabindex");
    input.focus();
    if (first === undefined) input.select();
    input.addEventListener("blur", () => this.editor === input && this.commit());
    if (this.hooks.options && field.options) {
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-expanded", "false");
      input.setAttribute("aria-controls", "grid-options");
      input.addEventListener("input", () => this.ask());
      if (first !== undefined) this.ask();
    }
  }

  commit() {
    const input = this.editor;
    if (!input) return;
    this.end();
    const [row, column] = this.at;
    if (input.value !== this.value(row, column)) this.set(row, column, input.value);
    else this.fill(this.cell(row, column), row, column);
  }

  cancel() {
    const [row, column] = this.at;
    this.end();
    this.fill(this.cell(row, column), row, column);
    this.cell(row, column).focus();
  }

  end() {
    this.editor = null;
    this.cell(...this.at).tabIndex = 0;
    this.shut();
  }

  // Completing

  async ask() {
    const input = this.editor;
    const [row, column] = this.at;
    const text = input.value;
    const found = text.trim() ? await this.hooks.options(this.fields[column].name, text) : [];
    if (this.editor !== input || input.value !== text) return;
    this.offered = found;
    this.chosen = -1;
    this.list ??= this.listbox();
    this.list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(Boolean(found.length)));
    input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(
      ...found.map((each, place) => {
        const option = document.createElement("li");
        option.id = `grid-option-${place}`;
        option.setAttribute("role", "option");
        option.textContent = each.label;
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          this.chosen = place;
          this.take();
          this.commit();
          this.onward();
        });
        return option;
      }),
    );
    if (found.length) {
      const box = this.cell(row, column).getBoundingClientRect();
      this.list.style.left = `${Math.min(box.left, innerWidth - this.list.offsetWidth - 8)}px`;
      const below = box.bottom + this.list.offsetHeight < innerHeight;
      this.list.style.top = `${below ? box.bottom : box.top - this.list.offsetHeight}px`;
      this.hooks.say(`${found.length} found`);
    }
  }

  listbox() {
    const list = document.createElement("ul");
    list.id = "grid-options";
    list.className = "grid-options";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Choices");
    document.body.append(list);
    return list;
  }

  choose(step) {
    const options = [...this.list.children];
    this.chosen = (this.chosen + step + options.length + (this.chosen < 0 && step < 0 ? 1 : 0)) % options.length;
    options.forEach((each, place) => {
      each.setAttribute("aria-selected", String(place === this.chosen));
    });
    options[this.chosen].scrollIntoView({ block: "nearest" });
    this.editor.setAttribute("aria-activedescendant", options[this.chosen].id);
  }

  // What is chosen, or the only choice there is, goes into the cell.
  take() {
    if (!this.list || this.list.hidden || !this.offered) return;
    const found = this.offered[this.chosen] || (this.offered.length === 1 && this.offered[0]);
    if (found) this.editor.value = found.value;
  }

  shut() {
    if (!this.list) return;
    this.list.hidden = true;
    this.editor?.setAttribute("aria-expanded", "false");
  }

  // Changing

  keep() {
    this.past.push(
      this.rows.map((row) => ({
        cells: [...row.cells],
        auto: new Set(row.auto),
        wrong: new Map(row.wrong),
      })),
    );
    if (this.past.length > 50) this.past.shift();
  }

  undo() {
    const before = this.past.pop();
    if (!before) return this.hooks.say("Nothing to undo");
    this.rows = before;
    this.draw();
    this.go(...this.at);
    this.hooks.changed([]);
    this.hooks.say("Undone");
  }

  set(row, column, text) {
    if (column >= this.fields.length) return;
    this.keep();
    this.put(row, column, text);
    this.spare_row(this.isEmpty(this.rows[this.rows.length - 1]) ? 0 : this.rows.length);
    this.hooks.changed([row], this.fields[column].name);
    this.repaint(row);
  }

  put(row, column, text) {
    const found = this.rows[row];
    const name = this.fields[column].name;
    found.cells[column] = text.replace(/\s+/g, " ").trim();
    found.auto.delete(name);
    found.wrong.delete(name);
  }

  down() {
    const [row, column] = this.at;
    if (row > 0) this.set(row, column, this.value(row - 1, column));
  }

  drop(place) {
    if (this.isEmpty(this.rows[place])) return;
    this.keep();
    this.rows.splice(place, 1);
    this.draw();
    this.go(place, this.at[1]);
    this.hooks.changed([]);
    this.hooks.dropped?.(place);
  }

  pasted(event) {
    const text = event.clipboardData.getData("text/plain");
    if (this.editor && !/[\t\r\n]/.test(text.trim())) return;
    event.preventDefault();
    if (this.editor) this.cancel();
    const block = Grid.block(text);
    const [top, left] = this.at;
    if (!block.length || left >= this.fields.length) return;
    if (top + block.length > (this.hooks.most || Infinity)) {
      return this.hooks.say(`A sheet has at most ${this.hooks.most} rows: nothing was pasted`);
    }
    this.keep();
    while (this.rows.length < top + block.length) this.rows.push(this.blank());
    const width = this.fields.length;
    block.forEach((cells, down) => {
      cells.slice(0, width - left).forEach((cell, right) => this.put(top + down, left + right, cell));
    });
    this.hooks.changed(block.map((_, down) => top + down), "");
    this.draw();
    this.go(top, left);
    const cut = block.some((cells) => cells.length > width - left);
    this.hooks.say(
      `${block.length} ${block.length === 1 ? "row" : "rows"} pasted` +
        (cut ? "; what lay beyond the last column was left out" : ""),
    );
  }

  // A block as spreadsheets copy it: tabs between cells, and quotes around cells of several lines.
  static block(text) {
    const rows = [[]];
    let at = 0;
    while (at < text.length) {
      let cell = "";
      if (text[at] === '"') {
        const quoted = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)/y;
        quoted.lastIndex = at;
        const found = quoted.exec(text);
        if (found) {
          cell = found[1].replaceAll('""', '"');
          at = quoted.lastIndex;
        }
      }
      const rest = /[^\t\r\n]*/y;
      rest.lastIndex = at;
      cell += rest.exec(text)[0];
      at = rest.lastIndex;
      rows[rows.length - 1].push(cell);
      if (text[at] === "\t") {
        at += 1;
        if (at === text.length) rows[rows.length - 1].push("");
      } else if (at < text.length) {
        at += text.startsWith("\r\n", at) ? 2 : 1;
        if (at < text.length) rows.push([]);
      }
    }
    return rows.filter((cells, place) => cells.length && (place < rows.length - 1 || cells.some(Boolean)));
  }
}
