// What is selected, in UTF-16 units of the text, whatever element the browser puts the caret in.
// The words of a message are those the page shows, so that Python sees what the eye saw.

import { below, high, low, toPoints } from "./places.js";

export const Selecting = Under => class extends Under {
  points() {
    const root = this.doc.getRootNode();
    let s = document.getSelection();
    if (root instanceof ShadowRoot) {
      const r = s.getComposedRanges?.({ shadowRoots: [root] })[0];
      if (r) return [r.startContainer, r.startOffset, r.endContainer, r.endOffset];
      s = root.getSelection?.() ?? s;
    }
    if (!s || !s.rangeCount) return null;
    const r = s.getRangeAt(0);
    return [r.startContainer, r.startOffset, r.endContainer, r.endOffset];
  }

  unit(node, offset, ends) {
    const p = this.nodes.get(node);
    if (p) return p.a + Math.min(offset, p.b - p.a);
    const at = document.createRange();
    at.setStart(node, offset);
    const n = below(this.parts, q => at.comparePoint(q.node, 0) < 0);
    if (ends) return n ? this.parts[n - 1].b : 0;
    return n < this.parts.length ? this.parts[n].a : this.parts.at(-1)?.b ?? 0;
  }

  caret() {
    const at = this.text === undefined ? null : this.points();
    return at && this.doc.contains(at[0]) ? this.unit(at[0], at[1], false) : null;
  }

  selected() {
    const at = this.text === undefined ? null : this.points();
    if (!at || !this.doc.contains(at[0]) || !this.doc.contains(at[2])) return null;
    let a = this.unit(at[0], at[1], false), b = this.unit(at[2], at[3], true);
    if (a >= b) return null;
    if (a > 0 && low(this.text.charCodeAt(a)) && high(this.text.charCodeAt(a - 1))) a--;
    if (b < this.text.length && low(this.text.charCodeAt(b)) && high(this.text.charCodeAt(b - 1))) b++;
    while (a < b && /\s/.test(this.text[a])) a++;
    while (b > a && /\s/.test(this.text[b - 1])) b--;
    return a < b ? { a, b } : null;
  }

  place({ a, b }) {  // the words come from what the page shows, so that Python sees what the eye saw
    let quote = "", from = a;
    for (const p of this.partsOf({ a, b })) {
      quote += this.text.slice(from, Math.max(from, p.a));
      quote += p.node.data.slice(Math.max(from, p.a) - p.a, Math.min(b, p.b) - p.a);
      from = Math.max(from, Math.min(b, p.b));
    }
    quote += this.text.slice(from, b);
    return { start: toPoints(this.astrals, a), end: toPoints(this.astrals, b), quote };
  }

  partsOf({ a, b }) {
    const first = below(this.parts, p => p.b <= a), found = [];
    for (let n = first; n < this.parts.length && this.parts[n].a < b; n++) found.push(this.parts[n]);
    return found;
  }

  select(a, b = a) {
    const at = unit => { const p = this.parts[Math.min(below(this.parts, q => q.b < unit), this.parts.length - 1)];
      return [p.node, Math.max(0, Math.min(unit - p.a, p.b - p.a)), p]; };
    const [from, x, p] = at(a), [to, y] = at(b);
    this.turn = p;  // whoever brings the caret here says what is here
    this.doc.focus({ preventScroll: true });
    document.getSelection().setBaseAndExtent(from, x, to, y);
    const box = this.doc.getBoundingClientRect();
    let line = p.row.getBoundingClientRect();
    if (line.top < box.top || line.top > box.bottom - 40) this.doc.scrollTop += line.top - box.top - 40;
    const r = document.createRange();
    r.setStart(from, x); r.setEnd(from, Math.min(x + 1, from.length));
    line = r.getBoundingClientRect();
    if (line.height && (line.top < box.top || line.bottom > box.bottom)) this.doc.scrollTop += line.top - box.top - 60;
  }

  under(unit) {
    return [...this.own.values(), ...this.suggested.values()].filter(x => x.a <= unit && unit < x.b)
      .sort((x, y) => x.a - y.a || y.b - x.b);
  }

  caretMoved() {
    if (this.text === undefined || this.root.getRootNode().activeElement !== this.doc || this.edge) return;
    cancelAnimationFrame(this.soon);
    this.soon = requestAnimationFrame(() => {
      const unit = this.asking ? null : this.caret();
      if (unit === null || this.selected()) return;
      const here = this.under(unit), turn = this.partsOf({ a: unit, b: unit + 1 })[0] ?? null;
      if (!here.some(x => x.id === this.focus)) this.focusOn(here[0]?.id ?? null, false);
      if (turn && turn !== this.turn) { this.turn = turn; this.say(this.described(turn)); }
    });
  }

  pressed(e) {  // pressing inside the selection would begin to drag its text, and code nothing
    const tag = e.target.closest?.(".qc-tag, .qc-bar");
    if (tag) { e.preventDefault(); if (tag.dataset.id) this.focusOn(tag.dataset.id, true); return; }
    if (e.target.closest?.(".qc-who button")) return;
    if (e.button === 0 && !e.shiftKey) { const s = document.getSelection(); if (!s.isCollapsed) s.removeAllRanges(); }
  }
};
