/* Light, dark or as the system has it, set before anything is drawn. */
try { document.body.dataset.theme = localStorage.getItem("theme") || "auto"; } catch { document.body.dataset.theme = "auto"; }
