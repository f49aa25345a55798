// Who speaks behind which label: a small table, a row a label; each change is on disk before it says so.

import { make } from "./elements.js";

let numbers = 0;

class Speakers {
  constructor(model, host) {
    this.model = model; this.view = `s${++numbers}`; this.rows = new Map();
    this.cases = make("datalist", { id: `${this.view}-cases` });
    this.body = make("tbody");
    this.live = make("div", { class: "qc-live", role: "status" });
    this.caption = make("caption");
    const heads = ["Label", "First words", "Turns", "Case", "No speaker"].map(h => make("th", { scope: "col" }, h));
    const table = make("table", {}, this.caption, make("thead", {}, make("tr", {}, ...heads)), this.body);
    const scrolled = make("div", { class: "qc-scrolled", tabindex: "0", role: "region", "aria-label": "Labels" }, table);
    this.all = make("section", { class: "qc qc-speakers", "aria-label": "Who speaks" }, scrolled, this.cases, this.live);
    host.append(this.all);
    this.heard = m => this.hear(m);
    model.on("msg:custom", this.heard);
    this.say({ type: "ready" });
  }

  close() { this.model.off("msg:custom", this.heard); this.all.remove(); }

  say(m) { this.model.send({ ...m, view: this.view }); }

  hear(m) {
    if (m.view !== this.view) return;
    if (m.type === "table") this.shown(m);
    if (m.type === "row") this.put(m.row);
    if (m.said) this.live.textContent = m.said;
    if (m.type === "error") {
      this.live.textContent = m.reason;
      const row = this.rows.get(m.id);
      if (row) { row.field.setAttribute("aria-invalid", "true"); row.field.value = row.is.case; row.box.checked = row.is.text; }
    }
  }

  shown(m) {
    this.caption.textContent = m.caption;
    this.cases.replaceChildren(...m.cases.map(c => make("option", { value: c })));
    this.rows.clear();
    this.body.replaceChildren(...m.rows.map(r => this.row(r)));
  }

  row(r) {
    const field = make("input", { type: "text", list: this.cases.id, "aria-label": `Case of ${r.label}`,
      spellcheck: "false", autocomplete: "off",
      onchange: () => this.say({ type: "case", id: r.id, case: field.value.trim() }),
      onkeydown: e => { if (e.key === "Enter") this.next(r.id, e.shiftKey ? -1 : 1); } });
    const box = make("input", { type: "checkbox", "aria-label": `${r.label} is no speaker`,
      onchange: () => this.say({ type: "text", id: r.id, on: box.checked }) });
    const told = make("small");
    const one = make("tr", {}, make("th", { scope: "row" }, r.label, make("small", {}, r.where)),
      make("td", {}, r.sample), make("td", {}, String(r.turns)), make("td", {}, field, told), make("td", {}, box));
    this.rows.set(r.id, { field, box, told, one });
    this.put(r);
    return one;
  }

  put(r) {
    const row = this.rows.get(r.id);
    row.is = r; row.field.value = r.case; row.field.disabled = r.text; row.box.checked = r.text;
    row.told.textContent = r.told; row.field.removeAttribute("aria-invalid");
  }

  next(id, step) {
    const ids = [...this.rows.keys()], to = this.rows.get(ids[ids.indexOf(id) + step]);
    if (to) { to.field.focus(); to.field.select(); } else this.rows.get(id).field.blur();
  }
}

export function render({ model, el }) {
  const view = new Speakers(model, el);
  return () => view.close();
}
export default { render };
