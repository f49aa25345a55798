// Names beside the words: tags of each turn, the excerpt in focus, the list by turn. Nothing is told by colour alone.

import { button, make } from "./elements.js";
import { COLOURS } from "./painting.js";
import { toPoints } from "./places.js";

export const Margin = Under => class extends Under {
  named(code) { return this.codes.get(code)?.label ?? code; }

  stanceLabel(value) { return this.stances.find(([, v]) => v === value)?.[0] ?? (value > 0 ? `+${value}` : String(value)); }

  codesOf(x) {
    return Object.entries(x.codes).map(([c, s]) => s === null ? this.named(c) : `${this.named(c)} (${this.stanceLabel(s)})`).join(", ");
  }

  holderLabel(x) { return x.holder ? this.cases.find(([id]) => id === x.holder)?.[1] ?? x.holder : ""; }

  summary(x) {
    const by = x.coder ? `${x.coder}: ` : "", held = x.holder ? `, view of ${this.holderLabel(x)}` : "";
    const why = x.by ? `, ${this.reasons(x)}` : "";
    return `${by}${x.by ? "Suggested: " : ""}${this.codesOf(x)}${why}${held}${x.memo ? ", with a memo" : ""}`;
  }

  reasons(x) { return [...x.why, x.like.length ? "like what was coded" : ""].filter(Boolean).join("; "); }

  described(p) {
    const tags = p.tags.map(t => this.summary(t.x));
    return `Turn ${p.number}${p.label ? `, ${p.label}` : ""}: ${tags.length ? tags.join("; ") : "no codings"}`;
  }

  tagged(parts) {
    if (!parts.length) return;
    const wanted = new Map(parts.map(p => [p, []]));
    for (const x of [...this.own.values(), ...this.others, ...this.suggested.values()])
      this.partsOf(x).forEach((p, n) => wanted.get(p)?.push({ x, goes: n > 0 }));
    for (const [p, tags] of wanted) {
      tags.sort((s, t) => s.x.a - t.x.a || t.x.b - s.x.b);
      p.tags = tags;
      const sign = tags.map(t => `${t.x.id}|${t.goes}|${this.summary(t.x)}`).join("\n") + this.codes.size;
      if (sign === p.sign) continue;
      p.sign = sign;
      p.row.setAttribute("aria-label", this.described(p));
      p.lane.replaceChildren(...tags.map(({ x, goes }) => {
        const kind = x.coder ? " qc-other" : x.by ? " qc-suggested" : "";
        const names = Object.entries(x.codes).map(([c, s]) => make("span", { class: "qc-name",
          "data-colour": (this.codes.get(c)?.n ?? 0) % COLOURS, "data-sign": this.signOf(s) },
          `${goes ? "… " : ""}${this.named(c)}${s === null ? "" : ` (${this.stanceLabel(s)})`}`));
        const more = [x.holder ? `view of ${this.holderLabel(x)}` : "", x.memo ? "✎ memo" : "", x.by ? `suggested${x.why.length ? `: ${x.why.join("; ")}` : ""}` : "", x.coder ?? ""].filter(Boolean);
        return make("span", { class: `qc-tag${kind}`, "data-id": x.coder ? null : x.id, "data-focus": x.id === this.focus && !x.coder },
          ...names, more.length ? make("small", {}, more.join(" · ")) : null);
      }));
    }
  }

  readShown() {
    for (const p of this.parts) {
      const end = toPoints(this.astrals, p.b);
      const done = this.read.some(([x, y]) => x <= p.words + 1 && end <= y);
      if (p.done === done) continue;
      p.done = done;
      p.row.toggleAttribute("data-read", done);
      p.row.querySelector(".qc-read").textContent = done ? "✓ read" : "";
    }
  }

  detailed() {
    const one = this.own.get(this.focus), other = this.suggested.get(this.focus);
    if (!one && !other) {
      this.detail.replaceChildren(make("span", { class: "qc-quiet" }, "Select words, then press a code's key. Keys: ?"));
      return;
    }
    const x = one ?? other, words = this.text.slice(x.a, x.b).replace(/\s+/g, " ");
    const here = this.under(this.caret() ?? x.a).includes(x) ? this.under(this.caret() ?? x.a) : this.under(x.a);
    const among = here.length > 1 ? button(`${here.indexOf(x) + 1} of ${here.length} here`, () => this.cycle(), { title: "Shift+O: the next" }) : "";
    const quote = make("q", {}, words.length > 90 ? `${words.slice(0, 60)} … ${words.slice(-25)}` : words);
    if (other) {
      const near = x.like.map(n => make("li", {}, `${n.document}: `, n.words ? make("q", {}, n.words.replace(/\s+/g, " ")) : "not read to its end yet",
        ` (likeness ${n.likeness})`));
      this.detail.replaceChildren(make("span", {}, `Suggested (${x.by}): `, make("b", {}, this.codesOf(x)), " "), quote, " ", among,
        make("div", { class: "qc-why" }, `Why: ${[...x.why, x.like.length ? "like what was coded:" : ""].filter(Boolean).join("; ")}`,
          x.like.length ? make("ul", {}, ...near) : null),
        make("div", { class: "qc-acts" }, button("Accept", () => this.accept(), { title: "Shift+A; of selected words, only these" }),
          button("Reject", () => this.reject(), { title: "Shift+D" })));
      return;
    }
    const rows = Object.entries(x.codes).map(([c, s]) => {
      const code = this.codes.get(c);
      const line = make("div", { class: "qc-code", role: "group", "aria-label": this.named(c) },
        make("b", { "data-colour": (code?.n ?? 0) % COLOURS, class: "qc-name" }, this.named(c)));
      if (code?.proposition) {
        line.append(make("i", {}, code.proposition), ...[...this.stances, ["no stance", null]].map(([label, value]) =>
          button(label, () => this.setStance(c, value), { "aria-pressed": String(s === value) })));
      }
      return line;
    });
    const acts = make("div", { class: "qc-acts" }, button("Other code", () => this.recode(), { title: "Shift+R" }),
      button("Start", () => this.moveStart(), { title: "[", "aria-label": "Move the start" }),
      button("End", () => this.moveEnd(), { title: "]", "aria-label": "Move the end" }),
      button(x.holder ? `View of ${this.holderLabel(x)}` : "Holder", () => this.holder(), { title: "Shift+H" }),
      button(x.memo ? "Memo ✎" : "Memo", () => this.memo(), { title: "Shift+M" }),
      button("Remove", () => this.remove(), { title: "Backspace" }));
    this.detail.replaceChildren(quote, " ", among, ...rows, x.memo ? make("div", { class: "qc-memo" }, `Memo: ${x.memo}`) : "",
      x.how !== "hand" ? make("small", {}, `origin: ${x.how}${x.why ? ` (${x.why})` : ""}`) : "", acts);
  }

  listed() {
    if (!this.list.open || this.text === undefined) return;
    this.entries.replaceChildren(...this.parts.filter(p => p.tags.length).map(p => make("li", {},
      `Turn ${p.number}${p.label ? `, ${p.label}` : ""}`, make("ul", {}, ...p.tags.filter(t => !t.x.coder).map(({ x }) => make("li", {},
        button(`${this.summary(x)}: “${this.text.slice(x.a, x.b).replace(/\s+/g, " ").slice(0, 60)}”`, () => this.focusOn(x.id, true))))))));
  }
};
