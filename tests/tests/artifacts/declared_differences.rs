//! The effect of changed alerts, objectives and panels on those who depend on them.

use glyph_runtime::artifacts::{
    AlertSchema, Artifacts, ObjectiveSchema, PanelSchema, Schema, diff,
};

use crate::{differences::changes, shop::ShopMetrics};

/// Returns the changes after `edit` of the schema of alerts, objectives and panels.
fn declared(edit: impl FnOnce(&mut Schema)) -> Vec<String> {
    changes(|schema| {
        assert!(!schema.alerts.is_empty() && !schema.objectives.is_empty());
        edit(schema);
    })
}

#[test]
fn changes_of_alerts_say_whom_they_break() {
    let slow = |edit: fn(&mut AlertSchema)| {
        declared(|schema| {
            let mut alerts = schema.alerts.iter_mut();
            edit(alerts.find(|alert| alert.name == "SlowOrders").unwrap());
        })
    };
    assert_eq!(
        slow(|alert| alert.name = "LateOrders".to_owned()),
        [
            "breaking: alert `SlowOrders` was renamed to `LateOrders`: routes, silences and inhibitions by `alertname` miss it until they name `LateOrders`"
        ]
    );
    assert_eq!(
        declared(|schema| schema.alerts.retain(|alert| alert.name != "SlowOrders")),
        [
            "breaking: alert `SlowOrders` was removed: nobody is called for it any more; remove its routes, silences and runbook"
        ]
    );
    let labels = |severity: &'static str| {
        declared(move |schema| {
            let alert = schema.alerts.first_mut().unwrap();
            alert
                .labels
                .insert("severity".to_owned(), severity.to_owned());
            alert.labels.insert("team".to_owned(), "orders".to_owned());
        })
    };
    assert_eq!(
        labels("critical"),
        [
            "breaking: severity of alert `SlowOrders` changed from `warning` to `critical`: routes and inhibitions by severity send it to other people",
            "compatible: label `team` of alert `SlowOrders` was added with `orders`",
        ]
    );
    assert_eq!(
        slow(|alert| alert.threshold = Some(2.0)),
        [
            "compatible: threshold of alert `SlowOrders` changed from > 1 to > 2: it fires later, or not at all"
        ]
    );
    assert_eq!(
        slow(|alert| alert.threshold = Some(0.5)),
        [
            "compatible: threshold of alert `SlowOrders` changed from > 1 to > 0.5: it fires earlier, and more often"
        ]
    );
    assert_eq!(
        slow(|alert| {
            alert.pending = "10m".to_owned();
            alert.comparison = Some(">=".to_owned());
        }),
        [
            "compatible: condition of alert `SlowOrders` changed: read whether its runbook still fits",
            "compatible: alert `SlowOrders` fires after 10m and no longer after 5m",
        ]
    );
}

#[test]
fn changes_of_objectives_say_whom_they_break() {
    let objective = |edit: fn(&mut ObjectiveSchema)| {
        declared(|schema| edit(schema.objectives.first_mut().unwrap()))
    };
    assert_eq!(
        objective(|objective| objective.target = 0.995),
        [
            "compatible: target of objective `ShopOrderDurationLatency` changed from 99% to 99.5%: its budget and the thresholds of its burn alerts change from now on"
        ]
    );
    assert_eq!(
        objective(|objective| objective.threshold = Some(1.0)),
        [
            "breaking: limit of objective `ShopOrderDurationLatency` changed from 0.5 to 1: its recorded series count other calls as bad, so reports over this release compare two limits"
        ]
    );
    assert_eq!(
        objective(|objective| objective.name = "Fast".to_owned()),
        [
            "breaking: objective `ShopOrderDurationLatency` was renamed to `Fast`: queries by `objective=\"ShopOrderDurationLatency\"` and routes for its burn alerts find nothing until they name `Fast`"
        ]
    );
    assert_eq!(
        objective(|objective| objective.by = vec!["region".to_owned()]),
        [
            "breaking: labels of objective `ShopOrderDurationLatency` changed from none to `region`: queries of its recorded series have to sum over or select by them"
        ]
    );
    assert_eq!(
        objective(|objective| objective.period = Some("28d".to_owned())),
        [
            "breaking: period of objective `ShopOrderDurationLatency` changed from 30d to 28d: queries of `objective:budget_remaining:ratio_rate30d` find nothing until they name `objective:budget_remaining:ratio_rate28d`"
        ]
    );
    assert_eq!(
        declared(|schema| schema.objectives.clear()),
        [
            "breaking: objective `ShopOrderDurationLatency` was removed: its recorded series and its burn alerts end; remove their panels, routes and silences"
        ]
    );
}

#[test]
fn changes_of_burn_alerts_say_whom_they_break() {
    let objective = |edit: fn(&mut ObjectiveSchema)| {
        declared(|schema| edit(schema.objectives.first_mut().unwrap()))
    };
    assert_eq!(
        objective(|objective| {
            objective.fast = vec!["5m/1h > 10".to_owned()];
            objective.slow.clear();
        }),
        [
            "breaking: objective `ShopOrderDurationLatency` is no longer recorded over 1d, 2h, 30m, 3d, 6h: queries of its `ratio_rate` series over these windows find nothing",
            "compatible: alert `ShopOrderDurationLatencyBurnsFast` fires at burn rates 5m/1h > 10 and no longer at 5m/1h > 14.4, 30m/6h > 6",
            "breaking: alert `ShopOrderDurationLatencyBurnsSlowly` was removed: nobody is called for it any more; remove its routes, silences and runbook",
        ]
    );
    assert_eq!(
        objective(|objective| {
            objective.min_requests = Some(100);
            objective.absent = Some("10m".to_owned());
        }),
        [
            "compatible: burn alerts of objective `ShopOrderDurationLatency` need 100 calls and no longer any number of calls",
            "compatible: alert `ShopOrderDurationLatencyAbsent` fires after 10m and no longer after 5m",
        ]
    );
    assert_eq!(
        objective(|objective| objective.absent = None),
        [
            "breaking: alert `ShopOrderDurationLatencyAbsent` was removed: nobody is called for it any more; remove its routes, silences and runbook"
        ]
    );
    // A file of an earlier version does not know when they fire.
    let new = Artifacts::of::<ShopMetrics>().schema();
    let mut old = new.clone();
    let before = old.objectives.first_mut().unwrap();
    (before.period, before.absent) = (None, None);
    before.fast.clear();
    before.slow.clear();
    assert_eq!(diff(&old, &new), []);
}

#[test]
fn times_and_labels_of_alerts_are_compared() {
    let changed = declared(|schema| {
        let alert = schema.alerts.first_mut().unwrap();
        alert.keep_firing_for = Some("10m".to_owned());
        let objective = schema.objectives.first_mut().unwrap();
        objective.pending = Some("2m".to_owned());
        objective.keep_firing_for = Some("5m".to_owned());
        let team = ("team".to_owned(), "orders".to_owned());
        objective.labels = [team].into();
    });
    assert_eq!(
        changed,
        [
            "compatible: alert `SlowOrders` keeps firing for 10m and no longer for 0s",
            "compatible: burn alerts of objective `ShopOrderDurationLatency` fire after 2m and no longer after 0s",
            "compatible: alerts of objective `ShopOrderDurationLatency` keep firing for 5m and no longer for 0s",
            "compatible: label `team` of the alerts of objective `ShopOrderDurationLatency` was added with `orders`",
        ]
    );
    let new = Artifacts::of::<ShopMetrics>().schema();
    let mut old = new.clone();
    let team = ("team".to_owned(), "orders".to_owned());
    old.objectives.first_mut().unwrap().labels = [team].into();
    let found: Vec<_> = diff(&old, &new).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "breaking: label `team` of the alerts of objective `ShopOrderDurationLatency` was removed: routes by `team` send it to other people"
        ]
    );
}

#[test]
fn changes_of_panels_are_reported() {
    let panel = |edit: fn(&mut PanelSchema)| {
        declared(|schema| {
            let mut panels = schema.panels.iter_mut();
            edit(panels.find(|panel| panel.title == "Baskets").unwrap());
        })
    };
    assert_eq!(
        panel(|panel| panel.title = "Carts".to_owned()),
        ["compatible: panel `Baskets` was renamed to `Carts`"]
    );
    // The change of the metric is reported, and not that of each panel that shows it.
    assert_eq!(panel(|panel| panel.queries.clear()), [""; 0]);
    assert_eq!(
        declared(|schema| schema.panels.retain(|panel| panel.title != "Baskets")),
        [
            "breaking: panel `Baskets` was removed: links from runbooks and reports to it show nothing"
        ]
    );
    let row = panel(|panel| panel.row = "Cart".to_owned());
    assert!(
        row.len() == 1 && row[0].starts_with("compatible: panel `Baskets` moved from row"),
        "{row:?}"
    );
}

/// An alert on a renamed metric is the same alert.
#[test]
fn renamed_metric_is_no_change_of_its_alerts() {
    let new = Artifacts::of::<ShopMetrics>().schema();
    let json = new.to_json().unwrap();
    let json = json
        .replace("shop_payments", "shop_charges")
        .replace("shop.payments", "shop.charges");
    let old = Schema::from_json(&json).unwrap();
    assert_ne!(old.alerts, new.alerts);
    let changes: Vec<_> = diff(&old, &new).iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        ["breaking: metric `shop_charges` was renamed to `shop_payments`"]
    );
}

/// A file of an earlier version has no alerts: nothing is known about them.
#[test]
fn schema_without_alerts_is_compared_by_its_metrics() {
    let new = Artifacts::of::<ShopMetrics>().schema();
    let mut old = new.clone();
    old.alerts.clear();
    old.objectives.clear();
    old.panels.clear();
    let json = old.to_json().unwrap();
    assert!(!json.contains("alerts"), "{json}");
    assert_eq!(diff(&Schema::from_json(&json).unwrap(), &new), []);
}
