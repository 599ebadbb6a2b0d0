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
  // A draft that is kept while one types says when it was sent: one that was sent earlier and comes
  // later does not take its place.
  const sending = (form) => {
    const nth = form && form.elements.namedItem("_nth");
    if (nth) nth.value = String(Date.now());
  };
  document.addEventListener("submit", (event) => sending(event.target), true);
  document.addEventListener("htmx:configRequest", (event) => {
    if ("_nth" in event.detail.parameters) event.detail.parameters["_nth"] = String(Date.now());
  });
  // What is on its way whole needs no draft of the moment after, which would take its place.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form && form.dataset.sent) event.preventDefault();
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
  // Where a strip is wider than a phone, its current part is in sight.
  for (const here of document.querySelectorAll("nav [aria-current]")) {
    const strip = here.closest("ul");
    if (strip && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - 24;
  }
  focus(document);
})();
