// A file: refused before it is sent where it is too large, and how much of it has been sent.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.dataset || !field.dataset.most) return;
    const large = [...field.files].some((file) => file.size > Number(field.dataset.most));
    field.setCustomValidity(large ? field.dataset.tooLarge : "");
    if (large) field.reportValidity();
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const shown = event.detail.elt.querySelector(".desk-progress");
    if (!shown || !event.detail.lengthComputable) return;
    shown.hidden = false;
    shown.querySelector("progress").value = (100 * event.detail.loaded) / event.detail.total;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const shown = event.detail.elt.querySelector(".desk-progress");
    if (shown) shown.hidden = true;
  });
})();
