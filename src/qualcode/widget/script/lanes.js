// Margin lanes: each excerpt a line beside its words, overlapping ones side by side, with its name where it begins.
// Told apart without colour: a lane each, ticks where it begins and ends, broken against and dotted when suggested.

import { COLOURS } from "./painting.js";

const WIDE = 8, LEAD = 14, MOST = 14;
const SVG = "http://www.w3.org/2000/svg";

function drawn(tag, about) {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(about)) if (value !== null) one.setAttribute(name, value);
  return one;
}

export const Lanes = Under => class extends Under {
  inLanes() {  // the first lane that is free again; the same over all turns of an excerpt
    const free = [];
    for (const x of [...this.own.values(), ...this.others, ...this.suggested.values()].sort((x, y) => x.a - y.a || y.b - x.b)) {
      const at = free.findIndex(end => end <= x.a);
      x.lane = at < 0 ? free.length : at;
      free[x.lane] = x.b;
    }
    this.strip = Math.min(Math.max(1, free.length), MOST) * WIDE + LEAD;
    this.doc.style.setProperty("--qc-strip", `${this.strip}px`);
  }

  watchLanes() {
    this.seen = new Set();
    this.sight?.disconnect();
    const rows = new Map(this.parts.map(p => [p.row, p]));
    this.sight = new IntersectionObserver(all => {
      for (const one of all) if (one.isIntersecting) this.seen.add(rows.get(one.target)); else this.seen.delete(rows.get(one.target));
      this.drawLanes(all.filter(one => one.isIntersecting).map(one => rows.get(one.target)));
    }, { root: this.doc, rootMargin: "150px 0px" });
    for (const p of this.parts) this.sight.observe(p.row);
    this.resized ??= new ResizeObserver(() => this.lanesSoon());
    this.resized.observe(this.doc);
  }

  lanesSoon() {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => this.drawLanes([...this.seen ?? []]));
  }

  drawLanes(parts) {  // all is measured before anything is moved
    const places = parts.map(p => ({ p, ...this.measured(p) }));
    for (const { p, lines, heights, below, from } of places) {
      const marks = [];
      let bottom = from;
      p.tags.forEach((t, n) => {
        const label = p.lane.children[n], { top, end } = lines[n];
        const space = below ? 0 : Math.max(0, top - bottom);
        label.style.marginTop = `${space}px`;
        if (below) label.dataset.number = String(n + 1); else delete label.dataset.number;
        marks.push(this.bar(t, p, top, end, below ? null : bottom + space + 9, n + 1));
        bottom += space + heights[n] + 3;
      });
      p.bars.replaceChildren(...marks);
    }
  }

  measured(p) {
    const box = p.bars.parentNode.getBoundingClientRect(), names = p.lane.getBoundingClientRect();
    const edge = document.createRange(), length = p.node.length;
    const line = unit => {
      const at = Math.max(0, Math.min(unit - p.a, length - 1));
      edge.setStart(p.node, at); edge.setEnd(p.node, Math.min(at + 1, length));
      return edge.getClientRects()[0] ?? box;
    };
    const lines = p.tags.map(({ x }) => ({ top: line(x.a).top - box.top, end: line(x.b - 1).bottom - box.top }));
    return { lines, heights: p.tags.map((_, n) => p.lane.children[n].offsetHeight),
      below: names.top > box.top + 20, from: names.top - box.top + 4 };
  }

  bar({ x }, p, top, end, label, number) {
    const begins = x.a >= p.a, ends = x.b <= p.b, at = (x.lane % MOST) * WIDE + 5;
    const [code, stance] = Object.entries(x.codes)[0];
    const sign = x.coder ? "other" : x.by ? "suggested" : this.signOf(stance);
    const one = drawn("g", { class: "qc-bar", "data-id": x.coder ? null : x.id, "data-sign": sign,
      "data-colour": (this.codes.get(code)?.n ?? 0) % COLOURS, "data-focus": x.id === this.focus && !x.coder ? "" : null });
    const from = begins ? top + 2 : top - 2, to = ends ? end - 2 : end + 2;
    one.append(drawn("line", { class: "qc-hit", x1: at, x2: at, y1: from, y2: to }), drawn("line", { class: "qc-line", x1: at, x2: at, y1: from, y2: to }));
    if (begins) one.append(drawn("line", { class: "qc-tick", x1: at - 3, x2: at + 3, y1: from, y2: from }));
    if (ends) one.append(drawn("line", { class: "qc-tick", x1: at - 3, x2: at + 3, y1: to, y2: to }));
    if (label !== null) one.append(drawn("polyline", { class: "qc-lead", points: `${at},${from + 2} ${this.strip - 6},${label} ${this.strip},${label}` }));
    else {
      one.append(drawn("text", { x: at, y: from + 9, "text-anchor": "middle" }));
      one.lastChild.textContent = String(number);
    }
    return one;
  }
};
