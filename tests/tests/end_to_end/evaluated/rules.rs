//! A Prometheus that evaluates the rules of the examples, and the same rules with other thresholds and times.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

use serde_json::Value;

use super::{
    examples::{self, Example, Listed},
    states::{Key, States},
};
use crate::{
    api::{array, labels, text},
    evaluator::Database,
    prometheus::{EXEMPLARS_ONLY, Prometheus},
    recorded::moved::{Threshold, move_thresholds},
};

/// The time between two scrapes, and between two evaluations of rules that have no interval of their own.
pub(super) const INTERVAL: Duration = Duration::from_secs(1);

/// The time for which moved alerts are pending in addition. It is longer than Prometheus may be late.
pub(super) const LATER: Duration = Duration::from_secs(12);

/// The label of rules that are moved.
const MOVED: &str = "moved";

/// What is moved in rules: nothing, the threshold, or the pending time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moved {
    Nothing,
    Threshold,
    Time,
}

pub(super) const ALL: [Moved; 3] = [Moved::Nothing, Moved::Threshold, Moved::Time];

/// The labels that rules and the scrape configuration add to those of the group.
const ADDED: [&str; 4] = ["env", "indicator", "instance", "objective"];

/// The time between two evaluations of each alert, by example and name.
pub(super) type Intervals = BTreeMap<(String, String), Duration>;

impl Moved {
    /// Returns the value of the label. Rules in which nothing is moved do not have it.
    const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Threshold => "threshold",
            Self::Time => "time",
        }
    }
}

/// Starts a server that scrapes the examples and evaluates their rules, which are written into `folder`.
pub(super) fn prometheus(examples: &[Example], listed: &Listed, folder: &Path) -> Prometheus {
    let jobs = examples.iter().map(|example| {
        let (name, address) = (example.name, example.address);
        let rules = examples::rules(name);
        for moved in ALL {
            let file = folder.join(format!("{name}{}.yml", moved.name()));
            fs::write(file, written(&rules, name, listed, moved)).unwrap();
        }
        format!(
            "  - job_name: {name}
    static_configs:
      - targets: ['{address}']
        labels: {{ env: rehearsal }}
"
        )
    });
    let jobs: String = jobs.collect();
    let configuration = format!(
        "global:
  scrape_interval: {0}s
  scrape_timeout: {0}s
  evaluation_interval: {0}s
rule_files: ['{1}/*.yml']
scrape_configs:
{jobs}",
        INTERVAL.as_secs(),
        folder.display()
    );
    Prometheus::configured(&configuration, EXEMPLARS_ONLY)
}

/// Returns the rules as they are, or only the alerts that the console lists, moved.
fn written(rules: &str, example: &str, listed: &Listed, moved: Moved) -> String {
    if moved == Moved::Nothing {
        return rules.to_owned();
    }
    let mut rules: Value = yaml_serde::from_str(rules).unwrap();
    let of = |rule: &Value| {
        let name = text(&rule["alert"]).to_owned();
        listed.get(&(example.to_owned(), name))
    };
    for group in rules["groups"].as_array_mut().unwrap() {
        let name = format!("{} {}", text(&group["name"]), moved.name());
        group["name"] = name.into();
        let rules = group["rules"].as_array_mut().unwrap();
        rules.retain(|rule| of(rule).is_some());
        for rule in rules {
            rule["labels"][MOVED] = moved.name().into();
            if moved == Moved::Time {
                let pending = of(rule).unwrap().pending + LATER;
                rule["for"] = format!("{}s", pending.as_secs()).into();
            }
        }
    }
    if moved == Moved::Threshold {
        let names = move_thresholds(&mut rules, Threshold::OutOfReach, &Database::default());
        let all = { listed.keys() }.filter(|(of, _)| of == example);
        let all: BTreeSet<String> = all.map(|(_, name)| name.clone()).collect();
        assert_eq!(names, all, "the thresholds of {example} that are moved");
    }
    rules.to_string()
}

/// Returns the active alerts of Prometheus that the consoles list, by what is moved. Each has the labels of
/// its group.
pub(super) fn states(prometheus: &Prometheus, listed: &Listed) -> BTreeMap<Moved, States> {
    let data = prometheus.api().ask("alerts", &[]).unwrap();
    let mut states: BTreeMap<Moved, States> = ALL.map(|moved| (moved, States::new())).into();
    for active in array(&data["alerts"]) {
        let mut group = labels(&active["labels"]);
        let mut take = |name: &str| group.remove(name).unwrap_or_default();
        let (example, alert, severity) = (take("job"), take("alertname"), take("severity"));
        let moved = take(MOVED);
        let moved = ALL.into_iter().find(|known| known.name() == moved).unwrap();
        let Some(own) = listed.get(&(example.clone(), alert.clone())) else {
            continue;
        };
        group.retain(|label, _| !ADDED.contains(&label.as_str()) && !own.labels.contains(label));
        let key = Key {
            example,
            alert,
            severity,
            group,
        };
        let state = text(&active["state"]).to_owned();
        states.entry(moved).or_default().insert(key, state);
    }
    states
}

/// Returns the time between two evaluations of each alert of the generated rules.
pub(super) fn intervals(prometheus: &Prometheus) -> Intervals {
    let data = prometheus.api().ask("rules", &[("type", "alert")]).unwrap();
    let mut intervals = Intervals::new();
    for group in array(&data["groups"]) {
        let file = Path::new(text(&group["file"])).file_stem().unwrap();
        let example = file.to_str().unwrap();
        if !examples::NAMES.contains(&example) {
            continue;
        }
        let interval = Duration::from_secs_f64(group["interval"].as_f64().unwrap());
        for rule in array(&group["rules"]) {
            let name = text(&rule["name"]).to_owned();
            intervals.insert((example.to_owned(), name), interval);
        }
    }
    intervals
}
