// Messages to Python and back: each act waits for its answer, is sent again when lost, and shows as pending until then.

import { button } from "./elements.js";

export const STAMP = "not stamped";  // Python writes here what the whole script hashes to
export const PROTOCOL = 2, PULSE = 3000;
const ASKING = ["ready", "others", "go", "codings", "suggestions", "look"];
const isAct = message => !ASKING.includes(message.type);
const STALE = 4000, AGAIN = 5000, SILENT = 9000;

export const Messages = Under => class extends Under {
  send(type, about, preview = null, answered = null) {
    const seq = ++this.seq;
    const uid = `${this.id}-${seq}`;
    const message = { v: PROTOCOL, seq, view: this.id, uid, type, document: this.document, ...about };
    this.pending.set(seq, { message, at: performance.now(), preview, answered });
    this.post(message);
    if (preview) this.paintPending();
    return seq;
  }

  ask(type, about) { return new Promise(answered => this.send(type, about, null, answered)); }  // null: refused

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
      const acts = [...this.pending.values()].filter(p => isAct(p.message)).length;
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
      if (waiting && isAct(waiting.message) && this.alarm.dataset.why === "refused") this.alarm.hidden = true;
      if (waiting?.preview) this.paintPending();
      if (m.excerpt && this.own.has(m.excerpt)) this.focusOn(m.excerpt, false);
      if (m.says) this.say(m.says);
      waiting?.answered?.(m);
      if (waiting && m.code) this.last = [m.code];
    } else if (m.type === "error") {
      this.pending.delete(m.seq);
      this.paintPending();
      waiting?.answered?.(null);
      this.root.dataset.error = m.reason;
      const told = m.seq === null || m.stale || (waiting && !isAct(waiting.message));
      this.warn(told ? m.reason : `Not saved: ${m.reason}`, told ? "told" : "refused");
    } else if (m.type === "open") this.open(m);
    else if (this.text === undefined) return;
    else if (m.type === "patch") this.patch(m);
    else if (m.type === "codes") this.codebook(m);
    else if (m.type === "others") { this.others = m.excerpts.map(x => this.placed(x)); this.othersShown(); }
    else if (m.type === "suggestions") this.offered(m);
  }

  say(words) { this.live.textContent = this.live.textContent === words ? `${words}\u00a0` : words; }

  warn(words, why) {
    this.alarm.dataset.why = why;
    this.alarm.replaceChildren(words, " ", button("Close", () => { this.alarm.hidden = true; }));
    this.alarm.hidden = false;
  }
};
