// Shows the view that the URL names.
"use strict";

async function show(event) {
  shown += 1;
  if (stream) stream.close();
  stream = null;
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, id] = path.split("/");
  const [title, draw] = VIEWS[view] || VIEWS.overview;
  for (const tab of document.querySelectorAll("nav a")) {
    tab.removeAttribute("aria-current");
    if (tab.dataset.view === (VIEWS[view] ? view : "overview")) tab.setAttribute("aria-current", "page");
  }
  main.replaceChildren(element("h1", null, id ? "Trace" : title));
  if (event) main.focus();
  const turn = shown;
  try {
    state("Loading");
    await (id && view === "traces" ? traceView(decodeURIComponent(id)) : draw(new URLSearchParams(query || "")));
  } catch (error) {
    if (turn === shown) main.append(failure(error));
    state("Failed");
  }
}

window.addEventListener("hashchange", show);
window.addEventListener("pagehide", () => stream && stream.close());
load("/api/v1/overview").then(about, () => {});
show();
