//! For which labels each alert fires while all goes wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::api::{Labels, array, labels};

/// Target labels and further labels of an alert.
type Firing = (
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

const PRODUCTION: &[(&str, &str)] = &[("job", "api"), ("env", "production")];
const ONE: &[(&str, &str)] = &[("job", "api"), ("env", "production"), ("instance", "one")];
const TWO: &[(&str, &str)] = &[("job", "api"), ("env", "production"), ("instance", "two")];
const STAGING: &[(&str, &str)] = &[("job", "api"), ("env", "staging")];
const RESTARTING: &[(&str, &str)] = &[
    ("job", "api"),
    ("env", "staging"),
    ("instance", "restarting"),
];
const LEAVING: &[(&str, &str)] = &[("job", "api"), ("env", "staging"), ("instance", "leaving")];
const WORKER: &[(&str, &str)] = &[("job", "worker"), ("env", "production")];
const GONE: &[(&str, &str)] = &[
    ("job", "worker"),
    ("env", "production"),
    ("instance", "gone"),
];
const VANISHED: &[(&str, &str)] = &[
    ("job", "worker"),
    ("env", "production"),
    ("instance", "vanished"),
];

const LLM: (&str, &str) = ("kind", "llm");
const STT: (&str, &str) = ("kind", "stt");
const ACME: (&str, &str) = ("tenant_id", "acme");

/// For which labels each alert fires. Labels that the rule sets on all its alerts are left out.
const ALERTS: &[(&str, &[Firing])] = &[
    ("MedianHigh", &[(PRODUCTION, &[])]),
    ("TailHigh", &[(PRODUCTION, &[STT])]),
    ("SlowAnswers", &[(PRODUCTION, &[STT])]),
    ("FastAnswers", &[(ONE, &[])]),
    ("AnswersRare", &[(TWO, &[])]),
    ("AnswersMany", &[(ONE, &[])]),
    ("AnswersBurnsFast", &[(PRODUCTION, &[STT])]),
    ("AnswersBurnsSlowly", &[(PRODUCTION, &[STT])]),
    ("AnswersAbsent", &[(WORKER, &[])]),
    ("AnswersEstimatedBurnsFast", &[(PRODUCTION, &[STT])]),
    ("ErrorsPerMinute", &[(PRODUCTION, &[])]),
    ("FewCalls", &[(TWO, &[LLM]), (TWO, &[STT])]),
    ("AnyError", &[(PRODUCTION, &[])]),
    ("CallsFail", &[(PRODUCTION, &[STT])]),
    ("FewSucceed", &[(PRODUCTION, &[])]),
    ("ErrorsPerSuccess", &[(PRODUCTION, &[STT])]),
    ("ErrorsPerAnswer", &[(PRODUCTION, &[])]),
    ("CallsBurnsFast", &[(PRODUCTION, &[STT])]),
    (
        "CallsBurnsSlowly",
        &[(PRODUCTION, &[LLM]), (PRODUCTION, &[STT])],
    ),
    ("CallsAbsent", &[(WORKER, &[])]),
    ("AcceptedBurnsFast", &[(PRODUCTION, &[])]),
    ("AcceptedBurnsSlowly", &[(PRODUCTION, &[])]),
    ("AcceptedAbsent", &[(WORKER, &[])]),
    // All jobs of the other kind fail too, and are too few.
    ("JobsBurnsFast", &[(PRODUCTION, &[STT])]),
    ("JobsBurnsSlowly", &[(PRODUCTION, &[STT])]),
    ("JobsKeptBurnsFast", &[(PRODUCTION, &[])]),
    ("JobsShortBurnsFast", &[(PRODUCTION, &[])]),
    ("DiskFull", &[(ONE, &[])]),
    ("DisksFull", &[(PRODUCTION, &[])]),
    ("TooHot", &[(ONE, &[])]),
    ("CertificateExpires", &[(PRODUCTION, &[])]),
    ("PoolFull", &[(ONE, &[])]),
    ("PoolsFull", &[(PRODUCTION, &[])]),
    ("LoadHigh", &[(ONE, &[])]),
    ("ConfigurationOld", &[(STAGING, &[])]),
    ("NoSessions", &[(STAGING, &[])]),
    ("QueueDeep", &[(PRODUCTION, &[STT])]),
    ("QueueFull", &[(ONE, &[STT])]),
    ("QueueKept", &[(ONE, &[STT])]),
    ("CreditNegative", &[(ONE, &[])]),
    ("CreditLow", &[(ONE, &[])]),
    ("RunsRare", &[(ONE, &[])]),
    ("NoLeader", &[(WORKER, &[])]),
    ("NoBackups", &[(WORKER, &[("host", "vault")])]),
    ("FewReplicas", &[(STAGING, &[])]),
    (
        "TargetDown",
        &[(LEAVING, &[]), (GONE, &[]), (VANISHED, &[])],
    ),
    ("Restarted", &[(RESTARTING, &[])]),
    ("BoardsFull", &[(ONE, &[LLM])]),
    ("BoardsOfTenantFull", &[(PRODUCTION, &[ACME])]),
    ("MovesOfTenantFail", &[(PRODUCTION, &[STT, ACME])]),
    ("EachTenantBurnsFast", &[(PRODUCTION, &[ACME])]),
    ("EachTenantBurnsSlowly", &[(PRODUCTION, &[ACME])]),
    ("EachTenantAbsent", &[(WORKER, &[])]),
    // All targets of the other job are down, which its objectives report.
    ("FormsTargetDown", &[(STAGING, &[])]),
];

/// An alert of the rule file, and the labels of each of its alerts while all goes wrong.
pub(super) struct Expected {
    pub(super) name: String,
    pub(super) firing: Vec<Labels>,
    /// The `for` of the rule, such as `5m`.
    pub(super) pending: Option<String>,
}

/// Returns the expected alerts of each rule. Fails if a rule has no row in the table.
pub(super) fn expected(rules: &Value) -> Vec<Expected> {
    let groups = array(&rules["groups"]).iter();
    let rules = groups.flat_map(|group| array(&group["rules"]));
    let alerts: BTreeMap<&str, &Value> = rules
        .filter_map(|rule| Some((rule["alert"].as_str()?, rule)))
        .collect();
    let in_rules: BTreeSet<&str> = alerts.keys().copied().collect();
    let tested: BTreeSet<&str> = ALERTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(in_rules, tested, "each alert has a row in ALERTS");
    let rows = ALERTS.iter().map(|(name, firing)| {
        let rule = alerts[name];
        let firing = firing.iter().map(|(target, others)| {
            let own = target.iter().chain(*others);
            let own = own.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let state = [("alertname", *name), ("alertstate", "firing")];
            let state = state.map(|(name, value)| (name.to_owned(), value.to_owned()));
            own.chain(state).chain(labels(&rule["labels"])).collect()
        });
        Expected {
            name: (*name).to_owned(),
            firing: firing.collect(),
            pending: rule["for"].as_str().map(str::to_owned),
        }
    });
    rows.collect()
}
