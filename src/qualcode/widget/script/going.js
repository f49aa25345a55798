// Going about: to a place, an excerpt, the next of a code, what is not coded yet.

import { toPoints, toUnits } from "./places.js";

export const Going = Under => class extends Under {
  arrive({ start, end, excerpt = null }) {  // where it was asked to open: seen, selected, and said
    const a = toUnits(this.astrals, start), b = toUnits(this.astrals, end);
    requestAnimationFrame(() => requestAnimationFrame(() => {  // once the turns have their heights
      this.select(a, b);
      const there = excerpt ?? [...this.suggested.values(), ...this.own.values()].find(x => x.a === a && x.b === b)?.id;
      if (there) this.focusOn(there, false);
      this.say(`${this.title.textContent} opened, ${end - start} characters selected. ${this.described(this.turn)}`);
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

  async ofCode() {  // over all the coder's documents; choosing an excerpt of another opens that document here
    const counts = (await this.ask("codings", {}))?.counts ?? {};
    const options = [...this.codes.values()].filter(c => counts[c.id])
      .map(c => ({ label: c.label, value: c.id, hint: String(counts[c.id]), find: `${c.label} ${c.id}` }));
    if (!options.length) { this.say("Nothing is tagged yet"); return; }
    const code = await this.choose("Excerpts of which code?", options);
    const there = code && (await this.ask("codings", { code: code.value }))?.excerpts;
    if (!there) return;
    const here = there.filter(e => e.document === this.document), unit = toPoints(this.astrals, this.caret() ?? 0);
    const next = here.find(e => e.start >= unit && e.excerpt !== this.focus) ?? here[0] ?? there[0];
    const found = await this.choose(`${code.label}: go to which of ${there.length} excerpts?`, there.map(e => ({
      label: e.words.replace(/\s+/g, " "), value: e, hint: [e.document === this.document ? "here" : e.title,
        e.stance === null ? "" : this.stanceLabel(e.stance)].filter(Boolean).join(" · ") })), { first: there.indexOf(next) });
    if (!found) return;
    const said = `${code.label}, ${there.indexOf(found.value) + 1} of ${there.length}`;
    if (found.value.document === this.document) { this.focusOn(found.value.excerpt, true); this.say(`${said}. ${this.live.textContent}`); }
    else this.go(found.value);
  }

  go({ document, excerpt, start, end }) {
    const unit = toPoints(this.astrals, this.caret() ?? 0), from = { to: this.document, start: unit, end: unit + 1 };
    this.trail.push(from);
    this.send("go", { to: document, excerpt, start, end });
  }

  goBack() {
    const last = this.trail.pop();
    if (last) this.send("go", last); else this.say("You came from nowhere else");
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
      for (const x of this.root.querySelectorAll("[data-id][data-focus]")) x.removeAttribute("data-focus");
      if (id) for (const x of this.root.querySelectorAll(`[data-id="${id}"]`)) x.setAttribute("data-focus", "");
    }
    this.detailed();
  }

  leave() { this.codebar.querySelector("button")?.focus(); }
};
