//! The examples' catalogs in processes that follow the script, and the alerts that their consoles list.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    process::Command,
    time::Duration,
};

use glyph_tests::{children::Process, environment};
use serde_json::Value;

use super::states::{Key, States};
use crate::api::{Api, array, labels, text};

pub(super) const NAMES: [&str; 5] = ["glyphoxa", "voxray", "xgen", "ibex", "gospelib"];

/// The program that has the catalogs.
const CHILD: &str = env!("CARGO_BIN_EXE_evaluated-child");

/// The process of an example.
pub(super) struct Example {
    pub(super) name: &'static str,
    pub(super) process: Process,
    pub(super) address: SocketAddr,
    console: Api,
}

/// The alerts that the consoles evaluate, by example and name.
pub(super) type Listed = BTreeMap<(String, String), Alert>;

/// What a console lists of an alert.
pub(super) struct Alert {
    /// The names of the labels in addition to those of the group.
    pub(super) labels: BTreeSet<String>,
    pub(super) is_objective: bool,
    pub(super) pending: Duration,
}

impl Example {
    pub(super) fn start(name: &'static str) -> Self {
        let mut command = Command::new(CHILD);
        let mut process = Process::start(environment::clean(&mut command).arg(name));
        let address = process.line("the address").parse().unwrap();
        Self {
            name,
            process,
            address,
            console: Api::new(address),
        }
    }

    /// Returns the alerts that the console lists.
    fn alerts(&self) -> Vec<Value> {
        let body = self.console.get("/api/v1/alerts", &[]).unwrap();
        let list: Value = serde_json::from_str(&body).unwrap();
        array(&list["alerts"]).to_vec()
    }

    /// Returns the active alerts of the console.
    pub(super) fn states(&self) -> States {
        let mut states = States::new();
        for alert in self.alerts() {
            let groups = array(&alert["groups"]).iter();
            for group in groups.filter(|group| group["state"] != "inactive") {
                let key = Key {
                    example: self.name.to_owned(),
                    alert: text(&alert["name"]).to_owned(),
                    severity: text(&alert["severity"]).to_owned(),
                    group: labels(&group["labels"]),
                };
                states.insert(key, text(&group["state"]).to_owned());
            }
        }
        states
    }
}

/// Returns the rules of an example, with the windows of its console.
pub(super) fn rules(name: &str) -> String {
    let mut command = Command::new(CHILD);
    let command = environment::clean(&mut command).args([name, "rules"]);
    let ended = Process::start(command).end("the program that writes the rules");
    assert!(ended.status.success(), "{}", ended.errors);
    ended.output
}

/// Returns the alerts that the consoles evaluate.
pub(super) fn listed(examples: &[Example]) -> Listed {
    let mut listed = Listed::new();
    for example in examples {
        let alerts = example.alerts().into_iter();
        for alert in alerts.filter(|alert| alert["state"] != "not_evaluated") {
            let name = text(&alert["name"]).to_owned();
            let seconds = alert["pending_seconds"].as_u64().unwrap();
            let alert = Alert {
                labels: labels(&alert["labels"]).into_keys().collect(),
                is_objective: !alert["objective"].is_null(),
                pending: Duration::from_secs(seconds),
            };
            listed.insert((example.name.to_owned(), name), alert);
        }
    }
    listed
}
