// Going about: to a place, an excerpt, the next of a code, what is not coded yet.

import { toUnits } from "./places.js";

export const Going = Under => class extends Under {
  arrive({ start, end, excerpt = null }) {  // where it was asked to open: seen, selected, and said
    const a = toUnits(this.astrals, start), b = toUnits(this.astrals, end);
    requestAnimationFrame(() => requestAnimationFrame(() => {  // once the turns have their heights
      this.select(a, b);
      if (excerpt) this.focusOn(excerpt, false);
      this.say(`Opened with ${end - start} characters selected. ${this.described(this.turn)}`);
    }));
  }

  order() { return [...this.own.values(), ...this.suggested.values()].sort((x, y) => x.a - y.a || x.b - y.b || (x.id < y.id ? -1 : 1)); }

  cycle() {
    const unit = this.caret(), here = unit === null ? [] : this.under(unit);
    if (!here.length) { this.say("No excerpt is here"); return; }
    const next = here[(here.findIndex(x => x.id === this.focus) + 1) % here.length];
    this.focusOn(next.id, false);
    this.say(`${this.summary(next)}; ${here.indexOf(next) + 1} of ${here.length} here`);
  }

  nextExcerpt() { this.step(1); }

  previousExcerpt() { this.step(-1); }

  step(by, all = this.order()) {
    if (!all.length) { this.say("There are no excerpts"); return; }
    const now = all.findIndex(x => x.id === this.focus), unit = this.caret() ?? 0;
    const from = now >= 0 ? now : by > 0 ? all.findIndex(x => x.a >= unit) - 1 : all.filter(x => x.a < unit).length;
    const next = all[(from + by + all.length) % all.length];
    this.focusOn(next.id, true);
    this.say(`${this.summary(next)}; ${all.indexOf(next) + 1} of ${all.length}`);
  }

  async ofCode() {
    const counts = new Map();
    for (const x of this.own.values()) for (const c of Object.keys(x.codes)) counts.set(c, (counts.get(c) ?? 0) + 1);
    const options = [...this.codes.values()].filter(c => counts.has(c.id))
      .map(c => ({ label: c.label, value: c.id, hint: String(counts.get(c.id)), find: `${c.label} ${c.id}` }));
    if (!options.length) { this.say("Nothing is tagged yet"); return; }
    const found = await this.choose("Go to the next excerpt of", options);
    if (found) this.step(1, this.order().filter(x => found.value in x.codes && this.own.has(x.id)));
  }

  uncoded() {
    const covered = [...this.own.values()].sort((x, y) => x.a - y.a), found = [];
    for (const p of this.parts.filter(q => !q.question)) {
      let from = p.a;
      for (const x of covered) {
        if (x.b <= from) continue;
        if (x.a >= p.b) break;
        found.push([from, x.a]);
        from = x.b;
      }
      found.push([from, p.b]);
    }
    return found.map(([a, b]) => { while (a < b && /[\s\p{P}]/u.test(this.text[a])) a++; return [a, b]; })
      .filter(([a, b]) => (this.text.slice(a, b).match(/[\p{L}\p{N}]+/gu) ?? []).length > 2);
  }

  nextUncoded() { this.toUncoded(1); }

  previousUncoded() { this.toUncoded(-1); }

  toUncoded(by) {
    const all = this.uncoded(), unit = this.caret() ?? -1;
    const next = by > 0 ? all.find(([a]) => a > unit) ?? all[0] : all.filter(([a]) => a < unit).at(-1) ?? all.at(-1);
    if (!next) { this.say("Every passage has a code"); return; }
    this.select(next[0]);
    this.turn = this.partsOf({ a: next[0], b: next[1] })[0];
    this.say(`Uncoded, ${all.indexOf(next) + 1} of ${all.length}. ${this.described(this.turn)}`);
  }

  focusOn(id, go) {
    const old = this.focus;
    this.focus = id;
    const one = this.own.get(id) ?? this.suggested.get(id);
    if (go && one) { this.select(one.a); this.say(this.summary(one)); }
    if (old !== id || go) {
      this.paintFocus();
      for (const x of this.root.querySelectorAll(".qc-tag[data-focus]")) x.removeAttribute("data-focus");
      if (id) for (const x of this.root.querySelectorAll(`.qc-tag[data-id="${id}"]`)) x.setAttribute("data-focus", "");
    }
    this.detailed();
  }

  leave() { this.codebar.querySelector("button")?.focus(); }
};
