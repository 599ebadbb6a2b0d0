// How much of a file has been sent.
(() => {
  "use strict";
  document.addEventListener("htmx:xhr:progress", (event) => {
    const shown = event.detail.elt.querySelector(".desk-progress");
    if (!shown || !event.detail.lengthComputable) return;
    shown.hidden = false;
    shown.querySelector("progress").value = (100 * event.detail.loaded) / event.detail.total;
  });
})();
