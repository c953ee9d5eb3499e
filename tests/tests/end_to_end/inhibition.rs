//! Which alerts silence others in the real Alertmanager.

use std::collections::BTreeMap;

use glyph_runtime::{Counter, Label, LabelSet, Status, artifacts::Artifacts, metric_catalog};
use serde_json::json;

use crate::{
    alertmanager::Alertmanager,
    api::{array, text},
    process::eventually,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(LabelSet)]
pub(crate) struct Request {
    pub(crate) provider: Provider,
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "inhibition")]
pub(crate) struct InhibitionMetrics {
    /// Requests.
    #[objective(availability = 99%, by(provider), name = Requests)]
    pub(crate) requests: Counter<Request>,
}

/// The name, the indicator and the provider of an alert, and whether it is silenced.
type Reported = (&'static str, &'static str, &'static str, &'static str);

/// Alerts of two programs whose objectives have one name, in one job. Labels of a slow burn that
/// differ from those of the fast one are of another budget.
const REPORTED: [Reported; 4] = [
    ("RequestsBurnsFast", "one_requests", "deepgram", "active"),
    (
        "RequestsBurnsSlowly",
        "one_requests",
        "deepgram",
        "suppressed",
    ),
    (
        "RequestsBurnsSlowly",
        "one_requests",
        "elevenlabs",
        "active",
    ),
    ("RequestsBurnsSlowly", "two_requests", "deepgram", "active"),
];

#[test]
#[ignore = "needs prometheus-alertmanager; .ci/run installs it"]
fn fast_burn_silences_the_slow_one_of_its_own_budget_alone() {
    let routes = Artifacts::of::<InhibitionMetrics>().alertmanager().unwrap();
    let alertmanager = Alertmanager::configured(&routes);
    let alerts = REPORTED.map(|(name, indicator, provider, _)| {
        json!({ "labels": {
            "alertname": name,
            "objective": "Requests",
            "indicator": indicator,
            "provider": provider,
            "job": "api",
            "env": "production",
        } })
    });
    alertmanager.report(&json!(alerts));
    let expected = REPORTED.map(|(name, indicator, provider, state)| {
        let alert = [name, indicator, provider].map(str::to_owned);
        (alert, state.to_owned())
    });
    let expected = BTreeMap::from(expected);
    eventually("the alerts have their states", || {
        let alerts = alertmanager.alerts()?;
        let states = array(&alerts).iter().map(|alert| {
            let label = |name: &str| text(&alert["labels"][name]).to_owned();
            let labels = ["alertname", "indicator", "provider"].map(label);
            (labels, text(&alert["status"]["state"]).to_owned())
        });
        let states: BTreeMap<_, _> = states.collect();
        let is_expected = states == expected;
        is_expected
            .then_some(())
            .ok_or_else(|| format!("{states:#?}"))
    });
}
