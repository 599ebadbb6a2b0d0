// Says that the list on this page is no longer what there is, and how many notices wait. The page
// works without it: loading it again shows the same.
(() => {
  "use strict";
  const list = document.getElementById("elenco");
  if (!list || !list.dataset.position || !window.EventSource) return;
  let source = null;
  const changed = () => {
    const messages = document.getElementById("messaggi");
    if (!messages || document.getElementById("novita")) return;
    const box = document.createElement("div");
    box.id = "novita";
    box.className = "alert alert-info";
    const reload = document.createElement("a");
    reload.href = location.href.split("#")[0];
    reload.textContent = list.dataset.reload;
    box.append(list.dataset.changed + ". ", reload);
    messages.append(box);
  };
  const count = (event) => {
    const link = document.querySelector('#menu a[href="/avvisi"]');
    if (!link) return;
    let badge = link.querySelector(".desk-count");
    if (event.data === "0") { if (badge) badge.remove(); return; }
    if (!badge) {
      badge = document.createElement("span");
      badge.className = "desk-count";
      link.append(" ", badge);
    }
    badge.textContent = event.data;
  };
  const open = () => {
    source = new EventSource("/eventi?da=" + encodeURIComponent(list.dataset.position));
    source.addEventListener("elenco", changed);
    source.addEventListener("avvisi", count);
  };
  // A browser keeps few connections to one server: a page that nobody looks at holds none.
  const turn = () => {
    if (document.hidden) { if (source) source.close(); source = null; } else if (!source) open();
  };
  document.addEventListener("visibilitychange", turn);
  window.addEventListener("pagehide", () => { if (source) source.close(); source = null; });
  window.addEventListener("pageshow", turn);
  turn();
})();
