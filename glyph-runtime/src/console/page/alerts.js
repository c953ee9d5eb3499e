// The alerts, on the overview those that are active.
"use strict";

const STATES = { firing: "bad", pending: "warn" };
const alertState = (state) => element("span", { class: `short ${STATES[state] || ""}` }, state.replace("_", " "));

function labelText(labels) {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(", ");
}

function sinceTime(group) {
  const since = group.firing_since_unix_ms || group.since_unix_ms;
  return since ? time(since) : "–";
}

// The active alerts, which the overview updates.
function activeAlerts() {
  const counts = element("p");
  const of = table("Alerts that are active", ["Alert", "State", "Value", "Severity", "Since", "Condition"]);
  const place = element("section", { "aria-label": "Active alerts" }, of.whole);
  place.hidden = true;
  let before = "";
  const update = (alerts) => {
    const known = JSON.stringify(alerts);
    if (known === before) return;
    before = known;
    const parts = [["firing", alerts.firing], ["pending", alerts.pending], ["inactive", alerts.inactive], ["not_evaluated", alerts.not_evaluated]];
    const told = parts.filter(([state, number]) => number || state === "firing");
    const total = parts.reduce((sum, [, number]) => sum + number, 0);
    counts.replaceChildren(element("a", { href: link("alerts") }, "Alerts"), ": ", total
      ? element("span", null, ...told.flatMap(([state, number], index) => [index ? ", " : "", count(number), " ", alertState(state)]))
      : "the catalogs declare none");
    place.hidden = alerts.active.length === 0;
    of.body.replaceChildren();
    for (const alert of alerts.active) {
      const labels = labelText(alert.labels);
      const name = element("span", null, text(alert.name), labels ? " " : "", labels ? soft(text(labels)) : "");
      row(of, name, [alertState(alert.state), quantity(alert.value, alert.unit), text(alert.severity), sinceTime(alert), text(alert.condition)]);
    }
  };
  return { counts, place, update };
}

function alertEntry(alert) {
  const of = table("Groups", ["Labels", "State", "Value", "Since"]);
  for (const group of alert.groups) {
    row(of, text(labelText(group.labels) || "all series"), [alertState(group.state), quantity(group.value, alert.unit), sinceTime(group)]);
  }
  const left = alert.groups_left_out ? `${count(alert.groups_left_out)} groups, for which there is no room` : null;
  return element(
    "details",
    { class: "metric" },
    element("summary", null, text(alert.name), " ", alertState(alert.state), " ", soft(visible(alert.severity))),
    described([
      ["Condition", text(alert.condition)],
      ["Not evaluated", alert.reason ? text(alert.reason) : null],
      ["Objective", alert.objective ? text(alert.objective) : null],
      ["Threshold", alert.threshold === null ? null : quantity(alert.threshold, alert.unit)],
      ["Pending for", alert.pending_seconds ? elapsed(alert.pending_seconds) : null],
      ["Fires on for", alert.keep_firing_seconds ? elapsed(alert.keep_firing_seconds) : null],
      ["Labels", labelText(alert.labels) ? text(labelText(alert.labels)) : null],
      ["Left out", left],
    ]),
    alert.groups.length ? of.whole : null,
  );
}

async function alertsView() {
  const turn = shown;
  const { alerts } = await load("/api/v1/alerts");
  if (turn !== shown) return;
  const order = ["firing", "pending", "inactive", "not_evaluated"];
  alerts.sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
  const none = "The catalogs of this program declare no alerts and no objectives.";
  main.append(
    element("p", { class: "soft" }, alerts.length
      ? "The program evaluates these from its own counts. In production, Prometheus evaluates the generated rules over all replicas."
      : none),
    ...alerts.map(alertEntry),
  );
  state("Loaded");
}

VIEWS.alerts = { title: "Alerts", draw: alertsView };
