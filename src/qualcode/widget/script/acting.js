// What a coder does: each act is one message; what is seen follows Python's answer.

import { below, toPoints } from "./places.js";

export const Acting = Under => class extends Under {
  apply(codes, range = this.selected()) {
    if (this.text === undefined) return;
    const named = Object.fromEntries(codes.map(c => [c, null])), one = this.own.get(this.focus);
    if (range) { this.last = codes; this.send("code", { ...this.place(range), codes: named }, range); return; }
    if (!one) { this.say("Nothing is selected, and no excerpt is in focus"); return; }
    this.last = codes;
    const there = this.codesNow(one);
    for (const c of codes) if (c in there) delete there[c]; else there[c] = null;
    if (!Object.keys(there).length) { this.say("An excerpt needs one code; Backspace removes it"); return; }
    this.send("recode", { excerpt: one.id, codes: there }, one);
  }

  codesNow(one) {  // with what was asked for and is not answered yet, so that the next key does not undo it
    const asked = [...this.pending.values()].map(p => p.message).filter(m => m.type === "recode" && m.excerpt === one.id);
    return { ...(asked.at(-1)?.codes ?? one.codes) };
  }

  repeat() { if (this.last) this.apply(this.last); else this.say("No code was used yet"); }

  focused(words = "No excerpt is in focus; put the caret into one") {
    const one = this.own.get(this.focus);
    if (!one) this.say(words);
    return one;
  }

  remove() {
    const one = this.focused();
    if (one) this.send("remove", { excerpt: one.id }, one);
  }

  setStance(code, value, one = this.focused()) {
    if (one) this.send("recode", { excerpt: one.id, codes: { ...this.codesNow(one), [code]: value } }, one);
  }

  async stance() {
    const one = this.focused();
    if (!one) return;
    const takes = Object.keys(one.codes).filter(c => this.codes.get(c)?.proposition);
    if (!takes.length) { this.say("These codes take no stance: they have no proposition"); return; }
    for (const c of takes) {
      const code = this.codes.get(c);
      const options = [...this.stances.map(([label, value]) => ({ label, value })), { label: "no stance", value: null }]
        .map((o, n) => ({ ...o, hint: n + 1 }));
      const found = await this.choose(`${code.label}: stance`, options, { note: code.proposition, numbered: true });
      if (found) this.setStance(c, found.value, this.own.get(one.id));
    }
  }

  codeOptions() {
    return [...this.codes.values()].filter(c => c.status !== "retired").map(c => ({ label: c.label, value: c.id,
      hint: [this.families.get(c.family)?.label, c.digit, c.key].filter(Boolean).join(" · "), note: c.definition,
      find: `${c.label} ${c.id} ${c.definition}` }));
  }

  async palette() {
    const range = this.selected();
    const found = await this.choose("Tag with", this.codeOptions(), { free: words => ({ label: `New code “${words}”…`, fresh: words }) });
    if (found?.fresh) this.newCode(found.fresh, range);
    else if (found) this.apply([found.value], range);
  }

  async recode() {
    const one = this.focused();
    if (!one) return;
    let old = Object.keys(one.codes)[0];
    if (Object.keys(one.codes).length > 1) {
      const which = await this.choose("Which code goes?", Object.keys(one.codes).map(c => ({ label: this.named(c), value: c })));
      if (!which) return;
      old = which.value;
    }
    const found = await this.choose(`Instead of ${this.named(old)}`, this.codeOptions());
    if (!found) return;
    const codes = this.codesNow(one);
    delete codes[old];
    this.send("recode", { excerpt: one.id, codes: { ...codes, [found.value]: null } }, one);
  }

  async holder() {
    const one = this.focused();
    if (!one) return;
    const options = [{ label: "the speaker's own view", value: null }, ...this.cases.map(([id, label]) => ({ label, value: id, hint: id }))];
    const found = await this.choose("Whose view is it?", options);
    if (found) this.send("holder", { excerpt: one.id, holder: found.value }, one);
  }

  async memo() {  // on the excerpt; on words that are none yet, which takes a code
    const range = this.selected();
    const there = range && [...this.own.values()].find(x => x.a === range.a && x.b === range.b);
    if (range && !there) {
      const code = await this.choose("Memo on the selected words, under which code?", this.codeOptions());
      const words = code && await this.write("Memo on the selected words", "");
      if (words) this.send("code", { ...this.place(range), codes: { [code.value]: null }, memo: words }, range);
      return;
    }
    const one = there ?? this.focused();
    if (!one) return;
    const words = await this.write("Memo on this excerpt", one.memo ?? "");
    if (words !== null) this.send("memo", { excerpt: one.id, memo: words }, one);
  }

  inVivo() {
    const range = this.selected();
    if (!range) { this.say("Select the words that shall become a code"); return; }
    this.newCode(this.text.slice(range.a, range.b).replace(/\s+/g, " ").slice(0, 60), range);
  }

  async newCode(words, range) {
    const label = await this.write("Label of the new, provisional code", words, true);
    if (!label?.trim()) return;
    const options = [...this.families.values()].sort((x, y) => (y.role === "theme") - (x.role === "theme"))
      .map(f => ({ label: f.label, value: f.id, hint: f.id }));
    const family = await this.choose(`“${label}” belongs to`, options);
    if (family) this.send("new-code", { label, family: family.value, ...(range ? this.place(range) : {}) }, range);
  }

  accept() {  // the passage, or the words selected in it
    const one = this.suggested.get(this.focus), range = this.selected();
    if (!one) { this.say("No suggestion is in focus"); return; }
    const part = range && one.a <= range.a && range.b <= one.b ? range : null;
    this.send("accept", { suggestion: one.id, ...(part ? this.place(part) : {}) }, part ?? one);
  }

  reject() {
    const one = this.suggested.get(this.focus);
    if (one) this.send("reject", { suggestion: one.id }, one); else this.say("No suggestion is in focus");
  }

  showSuggestions() { this.send("suggestions", { on: this.offers.getAttribute("aria-pressed") !== "true" }); }

  offered(m) {
    const old = [...this.suggested.values()];
    this.suggested = new Map(m.suggestions.map(x => [x.id, this.placed(x)]));
    const touched = new Set([...old, ...this.suggested.values()].flatMap(x => this.partsOf(x)));
    if (this.focus && !this.own.has(this.focus) && !this.suggested.has(this.focus)) this.focus = null;
    this.offers.hidden = !m.count;
    this.offers.textContent = `Suggestions (${m.count})`;
    this.offers.setAttribute("aria-pressed", String(m.count > 0 && !m.hidden));
    this.offers.disabled = !m.hidden && !m.asked;
    this.offers.title = m.hidden ? "hidden, since another coder works on this document too; what follows a suggestion agrees with it" : "";
    if (touched.size) { this.paint([...touched]); this.detailed(); }
  }

  undo() { this.send("undo", {}); }

  redo() { this.send("redo", {}); }

  saved() { this.say("Every act is on disk already"); }

  readToHere() {
    const unit = this.selected()?.b ?? this.caret();
    if (unit === null) { this.say("Put the caret where you have read to"); return; }
    const p = this.parts[Math.min(below(this.parts, q => q.b < unit), this.parts.length - 1)];
    this.send("read", { start: 0, end: toPoints(this.astrals, p.index === this.parts.length - 1 ? this.text.length : p.b) });
  }

  showOthers() { this.send("others", { on: this.blind.getAttribute("aria-pressed") !== "true" }); }

  othersShown() { this.blind.setAttribute("aria-pressed", String(this.others.length > 0)); this.paint(); }
};
