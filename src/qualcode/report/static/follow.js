/* Put into a page that is served beside the work: reload it when the site was made anew, and say what is wrong. */
"use strict";
(() => {
  const made = new URL(document.currentScript.src).searchParams.get("made");
  const changes = new EventSource(`CHANGES?since=${made}`);
  changes.onmessage = event => {
    const told = JSON.parse(event.data);
    let box = document.getElementById("qualcode-says");
    if (told.reload) { changes.close(); location.reload(); return; }
    if (!box) {
      box = document.createElement("pre");
      box.id = "qualcode-says";
      box.setAttribute("role", "alert");
      box.style.cssText = "position:sticky;top:0;z-index:1000;margin:0;padding:0.6rem 1rem;background:#8a1c1c;"
        + "color:#fff;white-space:pre-wrap;font-size:0.9rem";
      document.body.prepend(box);
    }
    box.textContent = told.error;
    box.hidden = !told.error;
  };
  addEventListener("pagehide", () => changes.close());
})();
