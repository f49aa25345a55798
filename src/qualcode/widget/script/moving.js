// Boundaries of an excerpt, moved by arrows or taken from the selection.

import { high, low } from "./places.js";

export const Moving = Under => class extends Under {
  extent() {
    const one = this.focused(), range = this.selected();
    if (one && !range) this.say("Select the words the excerpt shall have");
    else if (one) this.send("resize", { excerpt: one.id, ...this.place(range) }, range);
  }

  moveStart() { this.move("a"); }

  moveEnd() { this.move("b"); }

  move(side) {
    const one = this.focused();
    if (!one) return;
    this.edge = { side, a: one.a, b: one.b, id: one.id };
    this.doc.focus({ preventScroll: true });
    this.paintPending();
    this.say(`Moving the ${side === "a" ? "start" : "end"}: arrows, then Enter; Esc leaves it`);
  }

  edgeKey(e) {
    const { side, id } = this.edge, back = { ArrowLeft: true, ArrowUp: true, ArrowRight: false, ArrowDown: false }[e.key];
    e.preventDefault();
    if (e.key === "Enter") {
      const range = { a: this.edge.a, b: this.edge.b };
      this.edge = null;
      this.send("resize", { excerpt: id, ...this.place(range) }, range);
    } else if (e.key === "Escape") { this.edge = null; this.paintPending(); this.say("Left as it was"); }
    else if (back !== undefined) {
      const next = this.stepped(this.edge[side], side, back, e.shiftKey);
      if (side === "a" ? next < this.edge.b : next > this.edge.a) this.edge[side] = next;
      this.paintPending();
      const words = this.text.slice(this.edge.a, this.edge.b);
      this.say(side === "a" ? `begins: ${words.slice(0, 30)}` : `ends: ${words.slice(-30)}`);
    }
  }

  stepped(unit, side, back, fine) {
    const t = this.text;
    if (fine) {
      if (back) return Math.max(0, unit - (low(t.charCodeAt(unit - 1)) && unit > 1 ? 2 : 1));
      return Math.min(t.length, unit + (high(t.charCodeAt(unit)) ? 2 : 1));
    }
    const gap = n => /\s/.test(t[n] ?? " "), first = side === "a";
    let at = unit;
    if (back) {
      while (at > 0 && gap(at - 1) === first) at--;
      while (at > 0 && gap(at - 1) !== first) at--;
      return at > 0 || !gap(0) ? at : unit;
    }
    while (at < t.length && gap(at) !== first) at++;
    while (at < t.length && gap(at) === first) at++;
    return at;
  }
};
