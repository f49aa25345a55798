// The recording beside the transcript, played from a turn's time. JupyterLab serves what lies in its own folder.

import { make } from "./elements.js";

export const Playing = Under => class extends Under {
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
};
