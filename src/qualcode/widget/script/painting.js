// Excerpts as highlights of the CSS Custom Highlight API, under names of the view's own, so that views do not meet.

const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#a8478a", "#8a6d00", "#3b82c4", "#6b4fa0", "#555555"];
const DARK = ["#6cb8ec", "#ff9d5c", "#45d3a6", "#eba0d0", "#f0d043", "#9ccbf5", "#bfa6f2", "#c4c4c4"];
export const COLOURS = LIGHT.length;

export const Painting = Under => class extends Under {
  signOf(stance) { return stance === null ? "none" : stance > 0 ? "for" : stance < 0 ? "against" : "zero"; }

  isDark() {
    const [r, g, b] = getComputedStyle(this.root).backgroundColor.match(/[\d.]+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 110;
  }

  ranges(x) {
    return this.partsOf(x).map(p => new StaticRange({ startContainer: p.node, startOffset: Math.max(x.a, p.a) - p.a,
      endContainer: p.node, endOffset: Math.min(x.b, p.b) - p.a }));
  }

  put(name, ranges, priority) {
    if (!ranges.length) { CSS.highlights.delete(name); this.names.delete(name); return; }
    const one = new Highlight(...ranges);
    one.priority = priority;
    CSS.highlights.set(name, one);
    this.names.add(name);
  }

  paint(parts = this.parts) {
    const groups = new Map(), prefix = `qc${this.number}`;
    const add = (name, x) => { if (!groups.has(name)) groups.set(name, []); groups.get(name).push(...this.ranges(x)); };
    for (const x of this.own.values())
      for (const [c, s] of Object.entries(x.codes))
        add(`${prefix}-${(this.codes.get(c)?.n ?? 0) % COLOURS}-${this.signOf(s)}`, x);
    for (const x of this.others) add(`${prefix}-other`, x);
    for (const x of this.suggested.values()) add(`${prefix}-suggested`, x);
    const fixed = [`${prefix}-focus`, `${prefix}-pending`];
    for (const name of [...this.names]) if (!groups.has(name) && !fixed.includes(name)) this.put(name, [], 0);
    for (const [name, ranges] of groups) this.put(name, ranges, name.endsWith("other") || name.endsWith("suggested") ? 1 : 2);
    if (this.dark === undefined || this.dark !== this.isDark()) this.rules();
    this.inLanes();
    this.tagged(parts);
    this.lanesSoon();
    this.paintFocus();
    this.paintPending();
  }

  rules() {
    this.dark = this.isDark();
    this.root.dataset.dark = String(this.dark);
    const prefix = `qc${this.number}`, colours = this.dark ? DARK : LIGHT;
    const lines = { none: "dotted", for: "solid", against: "wavy", zero: "dashed" };
    let css = "";
    colours.forEach((colour, n) => {
      for (const [sign, line] of Object.entries(lines))
        css += `::highlight(${prefix}-${n}-${sign}){background-color:${colour}${this.dark ? "40" : "2b"};text-decoration:underline ${line} ${colour} 2px}\n`;
      css += `.qc${this.number} [data-colour="${n}"]{--qc-colour:${colour}}\n`;
    });
    css += `::highlight(${prefix}-other){text-decoration:underline dashed GrayText 2px}\n`;
    css += `::highlight(${prefix}-suggested){text-decoration:underline dotted ${this.dark ? "#fff" : "#000"} 3px}\n`;
    css += `::highlight(${prefix}-focus){background-color:#ffd84d;color:#000}\n`;
    css += `::highlight(${prefix}-pending){background-color:${this.dark ? "#666" : "#d0d0d0"};text-decoration:underline dashed}\n`;
    this.root.classList.add(`qc${this.number}`);
    this.style.textContent = css;
  }

  paintFocus() {
    const one = this.own.get(this.focus) ?? this.suggested.get(this.focus);
    this.put(`qc${this.number}-focus`, one ? this.ranges(one) : [], 8);
  }

  paintPending() {
    const waiting = [...this.pending.values()].map(p => p.preview).filter(Boolean);
    if (this.edge) waiting.push(this.edge);
    this.put(`qc${this.number}-pending`, waiting.flatMap(x => this.ranges(x)), 9);
  }
};
