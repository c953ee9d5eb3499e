"use strict";

// The page: search, and a passage with its neighbours. `report.js` reports what happens on it.

const at = (id) => document.getElementById(id);
const said = at("said");

// Runs what a visitor asked for, and shows its error.
async function interaction(name, work) {
  said.textContent = "";
  try {
    await reporter.interaction(name, work);
  } catch (error) {
    said.textContent = error.message;
  }
}

function link(name, text) {
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.textContent = name;
  anchor.addEventListener("click", () => interaction("open passage", (span) => show(name, span)));
  item.append(anchor, text ? ` ${text}` : "");
  return item;
}

async function show(name, span) {
  const passage = await reporter.get(`/passages/${name}`, span);
  const near = await reporter.get(`/neighbours/${name}?depth=2`, span);
  at("passage").replaceChildren(Object.assign(document.createElement("p"), { textContent: passage.text }));
  at("passage").append(Object.assign(document.createElement("small"), { textContent: passage.name }));
  at("found").replaceChildren(...near.map((neighbour) => link(neighbour.name)));
}

at("search").addEventListener("submit", (event) => {
  event.preventDefault();
  interaction("search", async (span) => {
    const found = await reporter.get(`/search?q=${encodeURIComponent(at("words").value)}`, span);
    at("found").replaceChildren(...found.map((verse) => link(verse.name, verse.text)));
    if (found.length === 0) said.textContent = "no verse has these words";
  });
});
at("break").addEventListener("click", () => { throw new Error("the button threw this error"); });
at("session").textContent = reporter.session();
interaction("open page", (span) => show("gen.1.1", span));
