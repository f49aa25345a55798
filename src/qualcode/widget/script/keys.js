// Keys: digits by their place on the board, letters by what is printed on them. Only while the transcript has the focus.

export const KEYS = [
  ["1 to 9, or a code's letter", "tag the selected words; on an excerpt: add the code, or take it off"],
  ["Enter or /", "find a code by its name; also: a new code"], ["Space", "the last code once more"],
  ["Shift+V", "a new code from the words themselves"], ["Shift+S, then 1 to 9", "stance, with its proposition"],
  ["Shift+R", "another code instead"], ["Shift+H", "whose view it is"], ["Shift+M", "memo on the excerpt, or on the selected words"],
  ["[ and ]", "move the start or the end: arrows by words, Shift+arrows by characters, Enter keeps"],
  ["Shift+E", "the excerpt takes the selected words"], ["Backspace", "remove the excerpt"],
  ["Ctrl+Z, Ctrl+Y", "undo, redo"], ["Shift+O", "next of the excerpts under the caret"],
  ["Shift+F, Shift+B", "next, previous excerpt"], ["Shift+N, Shift+P", "next, previous uncoded passage"],
  ["Shift+C", "the excerpts of a code, in all your documents; choose one to go there"], ["Shift+K", "back to where you came from"], ["Shift+G", "read to here"],
  ["Shift+T", "play the recording from this turn"], ["Shift+A, Shift+D", "accept a suggestion (or the words selected in it), reject it"],
  ["Tab, Esc", "leave the transcript"],
];

const COMMANDS = {
  Enter: "palette", "/": "palette", " ": "repeat", Backspace: "remove", Delete: "remove", "[": "moveStart", "]": "moveEnd",
  "?": "help", Escape: "leave", "Shift+S": "stance", "Shift+R": "recode", "Shift+H": "holder", "Shift+M": "memo",
  "Shift+V": "inVivo", "Shift+E": "extent", "Shift+O": "cycle", "Shift+F": "nextExcerpt", "Shift+B": "previousExcerpt",
  "Shift+N": "nextUncoded", "Shift+P": "previousUncoded", "Shift+C": "ofCode", "Shift+G": "readToHere",
  "Shift+T": "playHere", "Shift+A": "accept", "Shift+D": "reject", "Shift+K": "goBack",
};

export const Keys = Under => class extends Under {
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
};
