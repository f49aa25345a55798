// Shows a document as turns to select in, and asks Python for every act. Nothing here writes, and nothing is
// shown as saved before Python said so.

import { Acting } from "./acting.js";
import { button, make } from "./elements.js";
import { Going } from "./going.js";
import { Keys } from "./keys.js";
import { Lanes } from "./lanes.js";
import { Margin } from "./margin.js";
import { Messages, PULSE, STAMP } from "./messages.js";
import { Moving } from "./moving.js";
import { Painting } from "./painting.js";
import { astralsOf, toUnits } from "./places.js";
import { Playing } from "./playing.js";
import { Selecting } from "./selecting.js";
import { Windows } from "./windows.js";

const Parts = [Messages, Selecting, Painting, Margin, Lanes, Windows, Acting, Moving, Going, Playing, Keys];
let views = 0;

class View extends Parts.reduce((Under, Part) => Part(Under), Object) {
  constructor(model, el) {
    super();
    this.model = model;
    this.number = ++views;
    this.id = `v${this.number}-${Math.random().toString(36).slice(2)}`;
    this.seq = 0;
    this.pending = new Map();
    this.own = new Map(); this.others = []; this.suggested = new Map();
    this.parts = []; this.names = new Set(); this.focus = null; this.last = null; this.edge = null; this.trail = []; this.turn = null;
    this.heard = this.asked = performance.now();
    this.frame(el);
    this.onmessage = (m, buffers) => this.hear(m, buffers);
    this.onpulse = () => this.pulse();
    this.oncaret = () => this.caretMoved();
    model.on("msg:custom", this.onmessage);
    window.addEventListener("focus", this.onpulse);
    document.addEventListener("selectionchange", this.oncaret);
    this.timer = setInterval(this.onpulse, PULSE);
    this.send("ready", { script: STAMP });
  }

  close() {
    clearInterval(this.timer);
    this.model.off("msg:custom", this.onmessage);
    window.removeEventListener("focus", this.onpulse);
    document.removeEventListener("selectionchange", this.oncaret);
    this.watch?.disconnect(); this.sight?.disconnect(); this.resized?.disconnect();
    for (const name of this.names) CSS.highlights.delete(name);
    this.root.remove();
  }

  frame(el) {
    this.style = make("style");
    this.title = make("strong", { class: "qc-title" });
    this.share = make("span", { class: "qc-share" });
    const tool = (words, name, keys) => button(words, () => this[name](), { "aria-keyshortcuts": keys, title: keys });
    this.undoing = tool("Undo", "undo", "Control+Z"); this.redoing = tool("Redo", "redo", "Control+Y");
    this.offers = button("Suggestions", () => this.showSuggestions(), { "aria-pressed": "false", hidden: true });
    this.blind = button("Others' tags", () => this.showOthers(), { "aria-pressed": "false" });
    this.head = make("div", { class: "qc-head" }, this.title, this.share, this.undoing, this.redoing,
      tool("Find code", "palette", "Enter"), tool("Next uncoded", "nextUncoded", "Shift+N"),
      tool("Read to here", "readToHere", "Shift+G"), tool("Excerpts of…", "ofCode", "Shift+C"), this.offers, this.blind,
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
    this.root = make("div", { class: "qc", role: "region", "data-lm-suppress-shortcuts": "true" }, this.style, this.head, this.codebar,
      this.alarm, this.doc, this.detail, this.live, this.list);
    for (const kind of ["beforeinput", "paste", "drop", "dragstart", "cut"])
      this.doc.addEventListener(kind, e => e.preventDefault());
    this.doc.addEventListener("keydown", e => this.key(e));
    this.doc.addEventListener("compositionend", () => this.restore());
    this.doc.addEventListener("mousedown", e => this.pressed(e));
    this.codebar.addEventListener("keydown", e => this.rove(e));
    el.append(this.root);
  }

  open(m) {
    if (this.document && this.document !== m.document) {  // another document in the same widget
      for (const one of this.pending.values()) one.preview = null;
      this.others = []; this.focus = null; this.edge = null; this.audio?.remove(); this.audio = null;
      this.blind.setAttribute("aria-pressed", "false");
      this.suggested = new Map();
    }
    this.document = m.document;
    this.text = m.text; this.astrals = astralsOf(m.text); this.cases = m.cases; this.recording = m.recording;
    this.title.textContent = `${m.title} · ${m.coder}`;
    this.root.setAttribute("aria-label", `${m.title}, coded by ${m.coder}`);
    this.watch?.disconnect();
    this.parts = m.parts.map((p, index) => this.row(p, index));
    this.nodes = new Map(this.parts.map(p => [p.node, p]));
    this.doc.replaceChildren(...this.parts.map(p => p.row));
    this.watch = new MutationObserver(() => this.restore());
    this.watching();
    this.watchLanes();
    this.own = new Map(m.excerpts.map(x => [x.id, this.placed(x)]));
    this.codebook(m);
    if (m.at && (!m.arrives || m.arrives === this.id)) this.arrive(m.at);
    if (m.waiting) this.warn(`${m.waiting} excerpts were made on another text and are not shown; see qualcode reanchor.`, "waiting");
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
    const bars = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const beside = make("span", { class: "qc-bars", contenteditable: "false", "aria-hidden": "true" });
    beside.append(bars);
    const row = make("div", { class: `qc-turn${p.question ? " qc-question" : ""}`, role: "group" }, who, said, beside, lane);
    return { ...p, index, a, b, node, said, lane, bars, row, tags: [] };
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
}

export function render({ model, el }) {
  const view = new View(model, el);
  return () => view.close();
}
export default { render };
