// Shows a document as turns to select in, and asks Python for every act. Nothing here writes, and nothing is
// shown as saved before Python said so. Places in messages are code points, half-open, as in Python; places in
// here are UTF-16 units, as the browser counts. Highlights have names of their own, so views do not meet.

export const PROTOCOL = 1;
const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#a8478a", "#8a6d00", "#3b82c4", "#6b4fa0", "#555555"];
const DARK = ["#6cb8ec", "#ff9d5c", "#45d3a6", "#eba0d0", "#f0d043", "#9ccbf5", "#bfa6f2", "#c4c4c4"];
const STALE = 4000, PULSE = 3000, AGAIN = 5000, SILENT = 9000;
let views = 0;

// -- places

export function astralsOf(text) {
  const found = [];
  for (let i = 0; i + 1 < text.length; i++) if (text.codePointAt(i) > 0xffff) found.push(i++);
  return found;
}
function below(sorted, test) {
  let low = 0, high = sorted.length;
  while (low < high) { const mid = (low + high) >> 1; if (test(sorted[mid], mid)) low = mid + 1; else high = mid; }
  return low;
}
export const toPoints = (astrals, unit) => unit - below(astrals, a => a < unit);
export const toUnits = (astrals, point) => point + below(astrals, (a, n) => a - n < point);
const low = c => c >= 0xdc00 && c < 0xe000, high = c => c >= 0xd800 && c < 0xdc00;

function make(tag, about = {}, ...inside) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(about)) {
    if (name.startsWith("on")) one.addEventListener(name.slice(2), value);
    else if (value === true) one.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) one.setAttribute(name, value);
  }
  one.append(...inside.filter(x => x !== null && x !== undefined));
  return one;
}
const still = { onmousedown: e => e.preventDefault() };  // a button pressed leaves the selection where it is
const button = (words, act, about = {}) => make("button", { type: "button", ...still, onclick: act, ...about }, words);

const KEYS = [
  ["1 to 9, or a code's letter", "tag the selected words; on an excerpt: add the code, or take it off"],
  ["Enter or /", "find a code by its name; also: a new code"], ["Space", "the last code once more"],
  ["Shift+V", "a new code from the words themselves"], ["Shift+S", "stance, with its proposition"],
  ["Shift+R", "another code instead"], ["Shift+H", "whose view it is"], ["Shift+M", "memo"],
  ["[ and ]", "move the start or the end: arrows by words, Shift+arrows by characters, Enter keeps"],
  ["Shift+E", "the excerpt takes the selected words"], ["Backspace", "remove the excerpt"],
  ["Ctrl+Z, Ctrl+Y", "undo, redo"], ["Shift+O", "next of the excerpts under the caret"],
  ["Shift+F, Shift+B", "next, previous excerpt"], ["Shift+N, Shift+P", "next, previous uncoded passage"],
  ["Shift+C", "excerpts of a code, one after the other"], ["Shift+G", "read to here"],
  ["Shift+T", "play the recording from this turn"], ["Shift+A, Shift+D", "accept a suggestion, put it aside"],
  ["Tab, Esc", "leave the transcript"],
];

class View {
  constructor(model, el) {
    this.model = model;
    this.number = ++views;
    this.id = `v${this.number}-${Math.random().toString(36).slice(2)}`;
    this.seq = 0;
    this.pending = new Map();
    this.own = new Map(); this.others = []; this.suggested = new Map();
    this.parts = []; this.names = new Set(); this.focus = null; this.last = null; this.edge = null; this.turn = null;
    this.heard = this.asked = performance.now();
    this.frame(el);
    this.onmessage = (m, buffers) => this.hear(m, buffers);
    this.onpulse = () => this.pulse();
    this.oncaret = () => this.caretMoved();
    model.on("msg:custom", this.onmessage);
    window.addEventListener("focus", this.onpulse);
    document.addEventListener("selectionchange", this.oncaret);
    this.timer = setInterval(this.onpulse, PULSE);
    this.send("ready", {});
  }

  close() {
    clearInterval(this.timer);
    this.model.off("msg:custom", this.onmessage);
    window.removeEventListener("focus", this.onpulse);
    document.removeEventListener("selectionchange", this.oncaret);
    this.watch?.disconnect();
    for (const name of this.names) CSS.highlights.delete(name);
    this.root.remove();
  }

  frame(el) {
    this.style = make("style");
    this.title = make("strong", { class: "qc-title" });
    this.share = make("span", { class: "qc-share" });
    const tool = (words, name, keys) => button(words, () => this[name](), { "aria-keyshortcuts": keys, title: keys });
    this.undoing = tool("Undo", "undo", "Control+Z"); this.redoing = tool("Redo", "redo", "Control+Y");
    this.blind = button("Others' tags", () => this.showOthers(), { "aria-pressed": "false" });
    this.head = make("div", { class: "qc-head" }, this.title, this.share, this.undoing, this.redoing,
      tool("Find code", "palette", "Enter"), tool("Next uncoded", "nextUncoded", "Shift+N"),
      tool("Read to here", "readToHere", "Shift+G"), tool("Excerpts of…", "ofCode", "Shift+C"), this.blind,
      button("Keys ?", () => this.help(), { "aria-keyshortcuts": "?" }));
    this.codebar = make("div", { class: "qc-codes", role: "toolbar", "aria-label": "Codes" });
    this.doc = make("div", { class: "qc-doc", role: "textbox", tabindex: "0", contenteditable: "true",
      "aria-multiline": "true", "aria-readonly": "true", inputmode: "none", spellcheck: "false", translate: "no",
      autocapitalize: "off", "data-gramm": "false", "aria-label":
      "Transcript. Select words with Shift and arrows, then press 1 to 9 or Enter for a code. Press ? for all keys" });
    this.detail = make("div", { class: "qc-detail", role: "region", "aria-label": "Excerpt in focus" });
    this.live = make("div", { class: "qc-live", role: "status", "aria-live": "polite" });
    this.alarm = make("div", { class: "qc-alarm", role: "alert", hidden: true });
    this.entries = make("ol");
    this.count = make("summary", {}, "Codings by turn");
    this.list = make("details", { class: "qc-list", ontoggle: () => this.listed() }, this.count, this.entries);
    this.root = make("div", { class: "qc", "data-lm-suppress-shortcuts": "true" }, this.style, this.head, this.codebar,
      this.alarm, this.doc, this.detail, this.live, this.list);
    for (const kind of ["beforeinput", "paste", "drop", "dragstart", "cut"])
      this.doc.addEventListener(kind, e => e.preventDefault());
    this.doc.addEventListener("keydown", e => this.key(e));
    this.doc.addEventListener("compositionend", () => this.restore());
    this.doc.addEventListener("mousedown", e => this.pressed(e));
    this.codebar.addEventListener("keydown", e => this.rove(e));
    el.append(this.root);
  }

  // -- messages

  send(type, about, preview = null) {
    const seq = ++this.seq;
    const uid = `${this.id}-${seq}`;
    const message = { v: PROTOCOL, seq, view: this.id, uid, type, ...about };
    this.pending.set(seq, { message, at: performance.now(), preview });
    this.post(message);
    if (preview) this.paintPending();
    return seq;
  }

  post(message) {
    try { this.model.send(message); } catch { /* no kernel behind it any more: the pulse says so */ }
  }

  pulse() {
    if (document.visibilityState === "hidden" || !this.root.isConnected) return;
    const now = performance.now();
    for (const one of this.pending.values()) {  // what came later was answered, this was not: it is lost on its way
      if (now - one.at > STALE && this.heard > one.at) { one.at = now; this.post(one.message); }
    }
    if (this.heard >= this.asked || now - this.asked > AGAIN) {  // a busy kernel is not asked over and over
      this.asked = now;
      this.post({ v: PROTOCOL, seq: 0, view: this.id, type: "look" });
    }
    if (now - this.heard > SILENT) {
      const acts = [...this.pending.values()].filter(p => !["ready", "others"].includes(p.message.type)).length;
      this.warn(`The kernel does not answer${acts ? `; ${acts} acts are not saved yet` : ""}. ` +
        "It may be busy; if it was restarted, run the cell again.", "silent");
    }
    if (this.text !== undefined && this.dark !== this.isDark()) this.paint();
  }

  hear(m) {
    this.heard = performance.now();
    if (this.alarm.dataset.why === "silent") this.alarm.hidden = true;
    if (m.view && m.view !== this.id) return;
    const waiting = m.seq ? this.pending.get(m.seq) : null;
    if (m.type === "ack") {
      this.pending.delete(m.seq);
      if (waiting?.preview) this.paintPending();
      if (m.excerpt && this.own.has(m.excerpt)) this.focusOn(m.excerpt, false);
      if (m.says) this.say(m.says);
      if (waiting && m.code) this.last = [m.code];
    } else if (m.type === "error") {
      this.pending.delete(m.seq);
      this.paintPending();
      this.root.dataset.error = m.reason;
      this.warn(m.seq === null || m.stale ? m.reason : `Not saved: ${m.reason}`, "refused");
    } else if (m.type === "open") this.open(m);
    else if (this.text === undefined) return;
    else if (m.type === "patch") this.patch(m);
    else if (m.type === "codes") this.codebook(m);
    else if (m.type === "others") { this.others = m.excerpts.map(x => this.placed(x)); this.othersShown(); }
    else if (m.type === "settled") {
      const gone = this.suggested.get(m.suggestion);
      this.suggested.delete(m.suggestion);
      if (this.focus === m.suggestion) this.focus = null;
      if (gone) this.paint(this.partsOf(gone));
      this.detailed();
    }
  }

  say(words) { this.live.textContent = this.live.textContent === words ? `${words}\u00a0` : words; }
  warn(words, why) {
    this.alarm.dataset.why = why;
    this.alarm.replaceChildren(words, " ", button("Close", () => { this.alarm.hidden = true; }));
    this.alarm.hidden = false;
  }

  open(m) {
    this.text = m.text; this.astrals = astralsOf(m.text); this.cases = m.cases; this.recording = m.recording;
    this.title.textContent = `${m.title} · ${m.coder}`;
    this.watch?.disconnect();
    this.parts = m.parts.map((p, index) => this.row(p, index));
    this.nodes = new Map(this.parts.map(p => [p.node, p]));
    this.doc.replaceChildren(...this.parts.map(p => p.row));
    this.watch = new MutationObserver(() => this.restore());
    this.watching();
    this.own = new Map(m.excerpts.map(x => [x.id, this.placed(x)]));
    this.suggested = new Map(m.suggestions.map(x => [x.id, this.placed(x)]));
    this.codebook(m);
    if (m.at) this.arrive(m.at);
    if (m.waiting) this.warn(`${m.waiting} excerpts were made on another text and are not shown; see qualcode reanchor.`, "waiting");
  }

  arrive({ start, end, excerpt = null }) {  // where it was asked to open: seen, selected, and said
    const a = toUnits(this.astrals, start), b = toUnits(this.astrals, end);
    requestAnimationFrame(() => requestAnimationFrame(() => {  // once the turns have their heights
      this.select(a, b);
      if (excerpt) this.focusOn(excerpt, false);
      this.say(`Opened with ${end - start} characters selected. ${this.described(this.turn)}`);
    }));
  }

  placed(x) { return { ...x, a: toUnits(this.astrals, x.start), b: toUnits(this.astrals, x.end) }; }

  row(p, index) {
    const a = toUnits(this.astrals, p.words), b = toUnits(this.astrals, p.end);
    const node = document.createTextNode(this.text.slice(a, b));
    const said = make("span", { class: "qc-words" }, node);
    const time = p.time && this.recording
      ? button(`▶ ${p.time}`, () => this.play(p.time), { class: "qc-time", tabindex: "-1", "aria-label": `Play from ${p.time}` })
      : p.time ? make("span", { class: "qc-time" }, p.time) : null;
    const who = make("span", { class: "qc-who", contenteditable: "false" }, make("b", {}, p.label), time,
      make("span", { class: "qc-read", "aria-hidden": "true" }));
    const lane = make("span", { class: "qc-lane", contenteditable: "false" });
    const row = make("div", { class: `qc-turn${p.question ? " qc-question" : ""}`, role: "group" }, who, said, lane);
    return { ...p, index, a, b, node, said, lane, row, tags: [] };
  }

  watching() {
    for (const p of this.parts) this.watch.observe(p.said, { characterData: true, childList: true, subtree: true });
    this.watch.observe(this.doc, { childList: true });
  }

  restore() {  // dead keys and input methods write into an editable element whatever one forbids: put it back
    this.watch.disconnect();
    for (const p of this.parts) {
      const right = this.text.slice(p.a, p.b);
      if (p.node.data !== right) p.node.data = right;
      if (p.said.childNodes.length !== 1 || p.said.firstChild !== p.node) p.said.replaceChildren(p.node);
    }
    const rows = this.parts.map(p => p.row);
    if (this.doc.childNodes.length !== rows.length || rows.some((r, n) => this.doc.childNodes[n] !== r))
      this.doc.replaceChildren(...rows);
    this.watching();
    this.paint([]);
  }

  patch(m) {
    const touched = new Set();
    for (const id of m.removed) {
      const was = this.own.get(id);
      if (was) { this.partsOf(was).forEach(p => touched.add(p)); this.own.delete(id); }
      if (this.focus === id) this.focus = null;
    }
    for (const x of m.changed) {
      const was = this.own.get(x.id), now = this.placed(x);
      for (const one of [was, now]) if (one) this.partsOf(one).forEach(p => touched.add(p));
      this.own.set(x.id, now);
    }
    this.read = m.read; this.share.textContent = `read ${m.share} % · ${this.own.size} excerpts`;
    this.undoing.disabled = !m.undo; this.redoing.disabled = !m.redo;
    this.blind.title = m.finished ? "what other coders tagged here" : "shown when you have read to the end";
    if (!m.finished && this.others.length) { this.others = []; this.othersShown(); }
    if (touched.size) { this.paint([...touched]); this.detailed(); if (this.list.open) this.listed(); }
    this.count.textContent = `Codings by turn (${this.own.size})`;
    this.readShown();
  }

  codebook(m) {
    this.codes = new Map(m.codes.map((c, n) => [c.id, { ...c, n }]));
    this.families = new Map(m.families.map(f => [f.id, f]));
    this.stances = m.stances;
    this.keys = new Map(m.codes.filter(c => c.key && c.status !== "retired").map(c => [c.key, c.id]));
    this.digits = new Map(m.codes.filter(c => c.digit).map(c => [c.digit, c.id]));
    const groups = m.families.map(f => {
      const inside = m.codes.filter(c => c.family === f.id && c.status !== "retired").map(c => {
        const keys = [c.digit || null, c.key || null].filter(Boolean);
        const one = button("", () => this.apply([c.id]), { "data-code": c.id, tabindex: "-1",
          "aria-keyshortcuts": keys.join(" ") || null,
          title: [c.definition, c.use && `Use: ${c.use}`, c.not && `Not: ${c.not}`].filter(Boolean).join("\n") });
        one.append(...keys.map(k => make("kbd", { "aria-hidden": "true" }, String(k))), c.label,
          c.status === "provisional" ? make("i", {}, " (provisional)") : "");
        return one;
      });
      return make("span", { class: "qc-family", role: "group", "aria-label": f.label }, make("em", {}, f.label), ...inside);
    });
    this.codebar.replaceChildren(...groups);
    this.codebar.querySelector("button")?.setAttribute("tabindex", "0");
    this.dark = undefined;
    this.paint();
    this.detailed();
  }

  // -- the selection

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
      const unit = this.caret();
      if (unit === null || this.selected()) return;
      const here = this.under(unit), turn = this.partsOf({ a: unit, b: unit + 1 })[0] ?? null;
      if (!here.some(x => x.id === this.focus)) this.focusOn(here[0]?.id ?? null, false);
      if (turn && turn !== this.turn) { this.turn = turn; this.say(this.described(turn)); }
    });
  }

  pressed(e) {  // pressing inside the selection would begin to drag its text, and code nothing
    const tag = e.target.closest?.(".qc-tag");
    if (tag) { e.preventDefault(); this.focusOn(tag.dataset.id, true); return; }
    if (e.target.closest?.(".qc-who button")) return;
    if (e.button === 0 && !e.shiftKey) { const s = document.getSelection(); if (!s.isCollapsed) s.removeAllRanges(); }
  }

  // -- keys

  key(e) {
    if (e.isComposing || e.key === "Process" || e.key === "Dead") return;
    e.stopPropagation();
    const letter = e.key.length === 1 ? e.key.toLowerCase() : "";
    if ((e.ctrlKey || e.metaKey) && !e.getModifierState("AltGraph") && !(e.ctrlKey && e.altKey)) {
      const act = letter === "z" ? (e.shiftKey ? "redo" : "undo") : letter === "y" ? "redo" : letter === "s" ? "saved" : "";
      if (act) { e.preventDefault(); this[act](); }
      return;
    }
    if (this.edge) { this.edgeKey(e); return; }
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(e.code);
    const code = digit && !e.altKey ? this.digits?.get(+digit[1])
      : this.keys?.get(e.key) ?? (e.shiftKey ? undefined : this.keys?.get(letter));
    const command = code ? null : COMMANDS[e.key] ?? (e.shiftKey && letter ? COMMANDS[`Shift+${letter.toUpperCase()}`] : null);
    if (code) { e.preventDefault(); if (!e.repeat) this.apply([code]); }
    else if (command) { e.preventDefault(); this[command](); }
    else if (letter) e.preventDefault();
  }

  rove(e) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (!step) return;
    const all = [...this.codebar.querySelectorAll("button")], next = all[all.indexOf(e.target) + step];
    if (next) { e.target.tabIndex = -1; next.tabIndex = 0; next.focus(); }
    e.preventDefault(); e.stopPropagation();
  }

  saved() { this.say("Every act is on disk already"); }
  leave() { this.codebar.querySelector("button")?.focus(); }
  undo() { this.send("undo", {}); }
  redo() { this.send("redo", {}); }

  // -- acts

  apply(codes, range = this.selected()) {
    if (this.text === undefined) return;
    const named = Object.fromEntries(codes.map(c => [c, null])), one = this.own.get(this.focus);
    if (range) { this.last = codes; this.send("code", { ...this.place(range), codes: named }, range); return; }
    if (!one) { this.say("Nothing is selected, and no excerpt is in focus"); return; }
    this.last = codes;
    const there = { ...one.codes };
    for (const c of codes) if (c in there) delete there[c]; else there[c] = null;
    if (!Object.keys(there).length) { this.say("An excerpt needs one code; Backspace removes it"); return; }
    this.send("recode", { excerpt: one.id, codes: there }, one);
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

  setStance(code, value) {
    const one = this.focused();
    if (one) this.send("recode", { excerpt: one.id, codes: { ...one.codes, [code]: value } }, one);
  }

  async stance() {
    const one = this.focused();
    if (!one) return;
    const takes = Object.keys(one.codes).filter(c => this.codes.get(c)?.proposition);
    if (!takes.length) { this.say("These codes take no stance: they have no proposition"); return; }
    for (const c of takes) {
      const code = this.codes.get(c);
      const options = [...this.stances.map(([label, value]) => ({ label, value })), { label: "no stance", value: null }];
      const found = await this.choose(`${code.label}: stance`, options, code.proposition);
      if (found) this.setStance(c, found.value);
    }
  }

  codeOptions() {
    return [...this.codes.values()].filter(c => c.status !== "retired").map(c => ({ label: c.label, value: c.id,
      hint: [this.families.get(c.family)?.label, c.digit, c.key].filter(Boolean).join(" · "), note: c.definition,
      find: `${c.label} ${c.id} ${c.definition}` }));
  }

  async palette() {
    const range = this.selected();
    const found = await this.choose("Tag with", this.codeOptions(), "", words => ({ label: `New code “${words}”…`, fresh: words }));
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
    const codes = { ...one.codes };
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

  async memo() {
    const one = this.focused();
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

  accept() { if (this.suggested.has(this.focus)) this.send("accept", { suggestion: this.focus }); else this.say("No suggestion is in focus"); }
  dismiss() { if (this.suggested.has(this.focus)) this.send("dismiss", { suggestion: this.focus }); else this.say("No suggestion is in focus"); }
  showOthers() { this.send("others", { on: this.blind.getAttribute("aria-pressed") !== "true" }); }
  othersShown() { this.blind.setAttribute("aria-pressed", String(this.others.length > 0)); this.paint(); }

  readToHere() {
    const unit = this.selected()?.b ?? this.caret();
    if (unit === null) { this.say("Put the caret where you have read to"); return; }
    const p = this.parts[Math.min(below(this.parts, q => q.b < unit), this.parts.length - 1)];
    this.send("read", { start: 0, end: toPoints(this.astrals, p.index === this.parts.length - 1 ? this.text.length : p.b) });
  }

  // -- going about

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

  play(time = null) {
    const unit = this.caret() ?? 0;
    const at = time ?? this.parts.filter(p => p.time && p.a <= unit + 1).at(-1)?.time;
    const url = this.sound();
    if (!this.recording) { this.say("There is no recording beside this transcript"); return; }
    if (!url) { this.warn("The recording lies outside JupyterLab's folder; start with: qualcode code", "sound"); return; }
    if (!at) { this.say("No turn up to here has a time"); return; }
    if (!this.audio) {
      this.audio = make("audio", { controls: true, preload: "auto", src: url, "aria-label": this.recording.name });
      this.audio.addEventListener("error", () => this.warn("The recording cannot be played here", "sound"));
      this.head.append(this.audio);
    }
    const [h, m, s] = at.split(":").map(Number);
    this.audio.currentTime = h * 3600 + m * 60 + s;
    this.audio.play().catch(() => {});
    this.say(`Playing from ${at}`);
  }

  playHere() { this.play(); }

  sound() {  // JupyterLab serves what lies in its own folder
    if (!this.recording) return null;
    let config = {};
    try { config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}"); } catch { /* none */ }
    const root = config.serverRoot?.replace(/\/$/, "");
    const path = [this.recording.path, this.recording.short].find(p => p && root && p.startsWith(`${root}/`));
    if (!path) return null;
    return `${config.baseUrl ?? "/"}files/${path.slice(root.length + 1).split("/").map(encodeURIComponent).join("/")}`;
  }

  // -- windows over the transcript

  window(title, note, inside, ready) {
    const range = this.points();
    return new Promise(resolve => {
      const box = make("dialog", { class: "qc-window", "aria-label": title }, make("b", {}, title), note ? make("p", {}, note) : null, ...inside);
      let answer = null;
      box.addEventListener("keydown", e => e.stopPropagation());
      box.addEventListener("close", () => {
        box.remove();
        this.doc.focus({ preventScroll: true });
        if (range && this.doc.contains(range[0])) document.getSelection().setBaseAndExtent(...range);
        resolve(answer);
      });
      this.root.append(box);
      ready(value => { answer = value; box.close(); });
      box.showModal();
    });
  }

  choose(title, options, note = "", free = null) {
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
        else if (e.key === "Enter") { e.preventDefault(); if (shown[at]) done(shown[at]); }
      });
      show();
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

  // -- what is seen

  named(code) { return this.codes.get(code)?.label ?? code; }
  stanceLabel(value) { return this.stances.find(([, v]) => v === value)?.[0] ?? (value > 0 ? `+${value}` : String(value)); }
  codesOf(x) {
    return Object.entries(x.codes).map(([c, s]) => s === null ? this.named(c) : `${this.named(c)} (${this.stanceLabel(s)})`).join(", ");
  }
  holderLabel(x) { return x.holder ? this.cases.find(([id]) => id === x.holder)?.[1] ?? x.holder : ""; }
  summary(x) {
    const by = x.coder ? `${x.coder}: ` : "", held = x.holder ? `, view of ${this.holderLabel(x)}` : "";
    return `${by}${x.by ? "Suggested: " : ""}${this.codesOf(x)}${held}${x.memo ? ", with a memo" : ""}`;
  }
  described(p) {
    const tags = p.tags.map(t => this.summary(t.x));
    return `Turn ${p.number}${p.label ? `, ${p.label}` : ""}: ${tags.length ? tags.join("; ") : "no codings"}`;
  }

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
        add(`${prefix}-${(this.codes.get(c)?.n ?? 0) % LIGHT.length}-${s === null ? "none" : s > 0 ? "for" : s < 0 ? "against" : "zero"}`, x);
    for (const x of this.others) add(`${prefix}-other`, x);
    for (const x of this.suggested.values()) add(`${prefix}-suggested`, x);
    const fixed = [`${prefix}-focus`, `${prefix}-pending`];
    for (const name of [...this.names]) if (!groups.has(name) && !fixed.includes(name)) this.put(name, [], 0);
    for (const [name, ranges] of groups) this.put(name, ranges, name.endsWith("other") || name.endsWith("suggested") ? 1 : 2);
    if (this.dark === undefined || this.dark !== this.isDark()) this.rules();
    this.lanes(parts);
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

  lanes(parts) {
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
          "data-colour": (this.codes.get(c)?.n ?? 0) % LIGHT.length, "data-sign": s === null ? "none" : s > 0 ? "for" : s < 0 ? "against" : "zero" },
          `${this.named(c)}${s === null ? "" : ` (${this.stanceLabel(s)})`}`));
        const more = [x.holder ? `view of ${this.holderLabel(x)}` : "", x.memo ? "✎ memo" : "", x.by ? `suggested by ${x.by}` : "", x.coder ?? ""].filter(Boolean);
        return make("span", { class: `qc-tag${kind}`, "data-id": x.coder ? null : x.id, "data-focus": x.id === this.focus && !x.coder },
          goes ? "… " : null, ...names, more.length ? make("small", {}, more.join(" · ")) : null);
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
    const quote = make("q", {}, words.length > 90 ? `${words.slice(0, 60)} … ${words.slice(-25)}` : words);
    if (other) {
      this.detail.replaceChildren(make("span", {}, `Suggested by ${x.by}: ${this.codesOf(x)} `), quote, " ",
        button("Accept", () => this.accept(), { title: "Shift+A" }), button("Put aside", () => this.dismiss(), { title: "Shift+D" }));
      return;
    }
    const rows = Object.entries(x.codes).map(([c, s]) => {
      const code = this.codes.get(c);
      const line = make("div", { class: "qc-code", role: "group", "aria-label": this.named(c) },
        make("b", { "data-colour": (code?.n ?? 0) % LIGHT.length, class: "qc-name" }, this.named(c)));
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
    this.detail.replaceChildren(quote, ...rows, x.memo ? make("div", { class: "qc-memo" }, `Memo: ${x.memo}`) : "",
      x.how !== "hand" ? make("small", {}, `origin: ${x.how}`) : "", acts);
  }

  listed() {
    if (!this.list.open || this.text === undefined) return;
    this.entries.replaceChildren(...this.parts.filter(p => p.tags.length).map(p => make("li", {},
      `Turn ${p.number}${p.label ? `, ${p.label}` : ""}`, make("ul", {}, ...p.tags.filter(t => !t.x.coder).map(({ x }) => make("li", {},
        button(`${this.summary(x)}: “${this.text.slice(x.a, x.b).replace(/\s+/g, " ").slice(0, 60)}”`, () => this.focusOn(x.id, true))))))));
  }
}

const COMMANDS = {
  Enter: "palette", "/": "palette", " ": "repeat", Backspace: "remove", Delete: "remove", "[": "moveStart", "]": "moveEnd",
  "?": "help", Escape: "leave", "Shift+S": "stance", "Shift+R": "recode", "Shift+H": "holder", "Shift+M": "memo",
  "Shift+V": "inVivo", "Shift+E": "extent", "Shift+O": "cycle", "Shift+F": "nextExcerpt", "Shift+B": "previousExcerpt",
  "Shift+N": "nextUncoded", "Shift+P": "previousUncoded", "Shift+C": "ofCode", "Shift+G": "readToHere",
  "Shift+T": "playHere", "Shift+A": "accept", "Shift+D": "dismiss",
};

export function render({ model, el }) {
  const view = new View(model, el);
  return () => view.close();
}
export default { render };
