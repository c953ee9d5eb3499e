//! Which alerts fire, for which targets, and which of them are silenced.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::stack::Stack;
use crate::{
    api::{Labels, array, labels, text},
    process::eventually,
};

const FAILING: &[(&str, &str)] = &[("job", "api"), ("env", "production")];
const RESTARTING: &[(&str, &str)] = &[("job", "api"), ("env", "staging")];
const GONE: &[(&str, &str)] = &[("job", "worker"), ("env", "production")];

const DEEPGRAM: (&str, &str) = ("provider", "deepgram");
const ELEVENLABS: (&str, &str) = ("provider", "elevenlabs");

/// Target labels and further labels of an alert.
type Firing = (
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

/// For which labels each alert fires. Labels that the rule sets on all its alerts are left out.
const ALERTS: &[(&str, &[Firing])] = &[
    ("RequestsFail", &[(FAILING, &[])]),
    (
        "ReplicaSlow",
        &[(RESTARTING, &[("instance", "restarting")])],
    ),
    ("ManyErrors", &[(FAILING, &[DEEPGRAM])]),
    ("SlowAnswers", &[(FAILING, &[ELEVENLABS])]),
    ("DiskFull", &[(RESTARTING, &[("instance", "restarting")])]),
    ("DisksFull", &[(RESTARTING, &[])]),
    ("CertificateExpires", &[(FAILING, &[])]),
    ("PoolFull", &[(FAILING, &[("instance", "failing")])]),
    ("ConfigurationOld", &[(RESTARTING, &[])]),
    ("FewReplicas", &[(RESTARTING, &[])]),
    ("TargetDown", &[(GONE, &[("instance", "gone")])]),
    ("NoBackups", &[(GONE, &[("host", "vault")])]),
    ("Restarted", &[(RESTARTING, &[("instance", "restarting")])]),
    ("RequestsBurnsFast", &[(FAILING, &[DEEPGRAM])]),
    (
        "RequestsBurnsSlowly",
        &[
            (FAILING, &[DEEPGRAM]),
            (FAILING, &[ELEVENLABS]),
            (RESTARTING, &[DEEPGRAM]),
            (GONE, &[DEEPGRAM]),
        ],
    ),
    ("AnswersBurnsFast", &[(GONE, &[ELEVENLABS])]),
    (
        "AnswersBurnsSlowly",
        &[(FAILING, &[ELEVENLABS]), (GONE, &[ELEVENLABS])],
    ),
    ("RequestsAbsent", &[(GONE, &[])]),
    ("AnswersAbsent", &[(GONE, &[])]),
    // No other target of its job is up.
    ("FleetTargetDown", &[]),
];

/// The alerts that a fast burn of the same budget silences.
const SILENCED: &[(&str, &[Firing])] = &[
    ("RequestsBurnsSlowly", &[(FAILING, &[DEEPGRAM])]),
    ("AnswersBurnsSlowly", &[(GONE, &[ELEVENLABS])]),
];

/// Alerts by their names and labels, with their states.
type States = BTreeMap<(String, Labels), String>;

fn expected(alerts: &[(&str, &[Firing])], state: &str) -> States {
    let alerts = alerts.iter().flat_map(|(name, firing)| {
        firing.iter().map(|(target, others)| {
            let labels = target.iter().chain(*others);
            let labels = labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            (((*name).to_owned(), labels.collect()), state.to_owned())
        })
    });
    alerts.collect()
}

/// Returns the states of alerts as an API returns them, without the labels that rules set.
fn states<'a>(alerts: &'a [Value], state: impl Fn(&'a Value) -> &'a str) -> States {
    let alerts = alerts.iter().map(|alert| {
        let mut labels = labels(&alert["labels"]);
        let name = labels.remove("alertname").unwrap_or_default();
        labels.retain(|label, _| !["severity", "objective", "indicator"].contains(&label.as_str()));
        ((name, labels), state(alert).to_owned())
    });
    alerts.collect()
}

fn equal(expected: &States, actual: &States) -> Result<(), String> {
    let missing: BTreeSet<_> = expected
        .iter()
        .filter(|(alert, state)| actual.get(*alert) != Some(state))
        .collect();
    let wrong: BTreeSet<_> = actual
        .iter()
        .filter(|(alert, state)| expected.get(*alert) != Some(state))
        .collect();
    if missing.is_empty() && wrong.is_empty() {
        return Ok(());
    }
    Err(format!("missing {missing:#?}\nwrong {wrong:#?}"))
}

pub(super) fn are_all_expected(stack: &Stack) {
    let rules: Value = yaml_serde::from_str(&stack.rules).unwrap();
    let groups = array(&rules["groups"]).iter();
    let rules = groups.flat_map(|group| array(&group["rules"]));
    let names: BTreeSet<&str> = rules.filter_map(|rule| rule["alert"].as_str()).collect();
    let tested: BTreeSet<&str> = ALERTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names, tested,
        "each alert of the rule file has a row in ALERTS"
    );
}

pub(super) fn fire_for_the_right_targets(stack: &Stack) {
    eventually("each alert fires for the right targets alone", || {
        let data = stack.prometheus.api().ask("alerts", &[])?;
        let alerts = array(&data["alerts"]);
        equal(
            &expected(ALERTS, "firing"),
            &states(alerts, |alert| text(&alert["state"])),
        )?;
        let annotations = alerts.iter().map(|alert| alert["annotations"].to_string());
        // Prometheus puts the error of a template into the text.
        match annotations.into_iter().find(|text| text.contains("<error")) {
            Some(text) => Err(text),
            None => Ok(()),
        }
    });
}

pub(super) fn are_silenced_by_their_own_budget(stack: &Stack) {
    let mut expected_states = expected(ALERTS, "active");
    expected_states.extend(expected(SILENCED, "suppressed"));
    eventually(
        "a fast burn silences the slow one of its own budget",
        || {
            let alerts = stack.alertmanager.alerts()?;
            equal(
                &expected_states,
                &states(array(&alerts), |alert| text(&alert["status"]["state"])),
            )
        },
    );
}

/// The ruler of another storage reads the same rule file.
pub(super) fn fire_from_the_other_storage(stack: &Stack) {
    eventually("each alert fires from the other storage too", || {
        let data = stack.vmalert.ask("alerts", &[])?;
        let alerts = array(&data["alerts"]);
        equal(
            &expected(ALERTS, "firing"),
            &states(alerts, |alert| text(&alert["state"])),
        )
    });
}
