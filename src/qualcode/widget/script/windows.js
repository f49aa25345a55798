// Windows over the transcript: choose by typing, write, read the keys. The selection is back when they close.

import { button, make } from "./elements.js";
import { KEYS } from "./keys.js";

export const Windows = Under => class extends Under {
  window(title, note, inside, ready) {
    const range = this.points();
    return new Promise(resolve => {
      const box = make("dialog", { class: "qc-window", "aria-label": title }, make("b", {}, title), note ? make("p", {}, note) : null, ...inside);
      const done = value => {  // at once, before the browser moves the caret of its own and the focus is lost
        if (!box.isConnected) return;
        box.close();
        box.remove();
        this.doc.focus({ preventScroll: true });
        if (range && this.doc.contains(range[0])) document.getSelection().setBaseAndExtent(...range);
        this.asking = false;
        resolve(value);
      };
      box.addEventListener("keydown", e => e.stopPropagation());
      box.addEventListener("cancel", e => { e.preventDefault(); done(null); });
      box.addEventListener("close", () => done(null));
      this.asking = true;
      this.root.append(box);
      ready(done);
      box.showModal();
    });
  }

  choose(title, options, { note = "", free = null, first = 0, numbered = false } = {}) {
    const name = `qc${this.number}-options`;
    const input = make("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": name,
      "aria-label": title, placeholder: "type to search", autocomplete: "off" });
    const listbox = make("ul", { role: "listbox", id: name, "aria-label": title });
    return this.window(title, note, [input, listbox], done => {
      let shown = [], at = 0;
      const mark = () => {
        [...listbox.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === at)));
        input.setAttribute("aria-activedescendant", shown.length ? `${name}-${at}` : "");
        listbox.children[at]?.scrollIntoView({ block: "nearest" });
      };
      const show = () => {
        const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
        shown = options.filter(o => words.every(w => (o.find ?? `${o.label} ${o.hint ?? ""}`).toLowerCase().includes(w)));
        shown.sort((x, y) => words.length ? (y.label.toLowerCase().startsWith(words[0]) ? 1 : 0) - (x.label.toLowerCase().startsWith(words[0]) ? 1 : 0) : 0);
        if (free && input.value.trim()) shown.push(free(input.value.trim()));
        listbox.replaceChildren(...shown.map((o, n) => make("li", { role: "option", id: `${name}-${n}`, title: o.note,
          onmousedown: e => { e.preventDefault(); done(o); } }, o.label, o.hint ? make("small", {}, String(o.hint)) : null)));
        at = 0; mark();
      };
      input.addEventListener("input", show);
      input.addEventListener("keydown", e => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
        if (step && shown.length) { at = (at + step + shown.length) % shown.length; mark(); e.preventDefault(); }
        else if (numbered && /^[1-9]$/.test(e.key) && options[e.key - 1]) { e.preventDefault(); done(options[e.key - 1]); }
        else if (e.key === "Enter") { e.preventDefault(); if (shown[at]) done(shown[at]); }
      });
      show();
      at = first; mark();
    });
  }

  write(title, words, short = false) {
    const field = short ? make("input", { type: "text", "aria-label": title }) : make("textarea", { rows: "5", "aria-label": title });
    field.value = words;
    let finish = () => {};
    const keep = button(short ? "Go on" : "Keep (Ctrl+Enter)", () => finish(field.value));
    return this.window(title, "", [field, keep], done => {
      finish = done;
      field.addEventListener("keydown", e => {
        if (e.key === "Enter" && (short || e.ctrlKey || e.metaKey)) { e.preventDefault(); done(field.value); }
      });
    });
  }

  help() {
    const rows = KEYS.map(([key, what]) => make("tr", {}, make("th", { scope: "row" }, key), make("td", {}, what)));
    let finish = () => {};
    return this.window("Keys, while the transcript has the focus", "", [make("table", {}, ...rows), button("Close", () => finish(null))],
      done => { finish = done; });
  }
};
