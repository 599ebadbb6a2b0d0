// What a page does beyond its forms and links. Everything works without it.
(() => {
  "use strict";
  const focus = (root) => {
    const first = root.querySelector("[data-focus]");
    if (first) first.focus();
  };
  // A form that is on its way is not sent twice by a second click.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
  // Back to a page that the browser kept: its forms may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  });
  // Refusals answered to htmx carry their own target; let them be shown.
  document.addEventListener("htmx:afterSettle", (event) => focus(event.detail.elt));
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-submit-on-change]");
    if (field && field.form) field.form.requestSubmit();
  });
  focus(document);
})();
