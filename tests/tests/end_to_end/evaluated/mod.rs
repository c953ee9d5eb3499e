//! Alerts as the console evaluates them: over one scripted run of the five examples' catalogs, each alert
//! goes through the same states as in Prometheus, within one evaluation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use glyph_tests::{children::Process, environment};
use serde_json::Value;

use crate::{
    api::{Api, array, labels, text},
    process::eventually,
    prometheus::{EXEMPLARS_ONLY, Prometheus},
};

const EXAMPLES: [&str; 5] = ["glyphoxa", "voxray", "xgen", "ibex", "gospelib"];

/// The parts of the script, and for how long each is observed. The longest `for` is 60 seconds here.
const SCRIPT: [(&str, Duration); 3] = [
    ("good", Duration::from_secs(12)),
    ("bad", Duration::from_secs(85)),
    ("good", Duration::from_secs(45)),
];

/// The time between two looks at both.
const LOOK: Duration = Duration::from_millis(250);

/// The time between two scrapes, and between two evaluations by Prometheus.
const INTERVAL: Duration = Duration::from_secs(3);

/// The time between two evaluations by the console.
const CONSOLE: Duration = Duration::from_secs(1);

/// The alerts that need more than the program: they are in PromQL, or about scrapes.
const NOT_EVALUATED: [&str; 3] = ["ProcessDown", "RestartLoop", "ServiceDown"];

/// The labels that rules and the scrape configuration add to those of the group.
const ADDED: [&str; 4] = ["env", "indicator", "instance", "objective"];

/// An alert of an example, for one group of series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    example: String,
    alert: String,
    severity: String,
    group: BTreeMap<String, String>,
}

/// The state of each active alert: `pending` or `firing`.
type States = BTreeMap<Key, String>;

/// The times at which an alert came into a state. `inactive` is left out at the begin.
type Timeline = Vec<(Duration, String)>;

struct Example {
    name: &'static str,
    process: Process,
    address: SocketAddr,
    console: Api,
}

impl Example {
    fn start(name: &'static str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evaluated-child"));
        let command = environment::clean(&mut command).arg(name);
        let mut process = Process::start(command);
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
    fn states(&self) -> States {
        let mut states = States::new();
        for alert in self.alerts() {
            for group in array(&alert["groups"]) {
                let state = text(&group["state"]);
                if state == "inactive" {
                    continue;
                }
                let key = Key {
                    example: self.name.to_owned(),
                    alert: text(&alert["name"]).to_owned(),
                    severity: text(&alert["severity"]).to_owned(),
                    group: labels(&group["labels"]),
                };
                states.insert(key, state.to_owned());
            }
        }
        states
    }
}

/// The rules of the example, with the windows of the console.
fn rules(name: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evaluated-child"));
    let command = environment::clean(&mut command).args([name, "rules"]);
    let ended = Process::start(command).end("the rules");
    assert!(ended.status.success(), "{}", ended.errors);
    ended.output + "\n"
}

/// Starts a server that scrapes the examples and evaluates their rules.
fn prometheus(examples: &[Example], folder: &std::path::Path) -> Prometheus {
    let mut jobs = String::new();
    for example in examples {
        let file = folder.join(format!("{}.yml", example.name));
        fs::write(&file, rules(example.name)).unwrap();
        let (name, address) = (example.name, example.address);
        jobs += &format!(
            "  - job_name: {name}
    static_configs:
      - targets: ['{address}']
        labels: {{ env: rehearsal }}
"
        );
    }
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

/// Returns the active alerts of Prometheus that the consoles list. Each has the labels of its group.
fn states_in(prometheus: &Prometheus, listed: &Listed) -> States {
    let data = prometheus.api().ask("alerts", &[]).unwrap();
    let mut states = States::new();
    for alert in array(&data["alerts"]) {
        let mut group = labels(&alert["labels"]);
        let mut take = |name: &str| group.remove(name).unwrap_or_default();
        let (example, name, severity) = (take("job"), take("alertname"), take("severity"));
        let Some(own) = listed.get(&(example.clone(), name.clone())) else {
            continue;
        };
        group.retain(|label, _| !ADDED.contains(&label.as_str()) && !own.labels.contains(label));
        let key = Key {
            example,
            alert: name,
            severity,
            group,
        };
        states.insert(key, text(&alert["state"]).to_owned());
    }
    states
}

/// Notes what has changed since the last look.
fn note(timelines: &mut BTreeMap<Key, Timeline>, at: Duration, states: &States) {
    for key in states.keys() {
        timelines.entry(key.clone()).or_default();
    }
    for (key, timeline) in timelines {
        let state = states.get(key).map_or("inactive", String::as_str);
        let before = timeline
            .last()
            .map_or("inactive", |(_, state)| state.as_str());
        if state != before {
            timeline.push((at, state.to_owned()));
        }
    }
}

/// Returns what differs between the console and Prometheus by more than `late`.
fn differences(
    key: &Key,
    console: &Timeline,
    prometheus: &Timeline,
    late: Duration,
) -> Option<String> {
    let states = |timeline: &Timeline| -> Vec<String> {
        timeline.iter().map(|(_, state)| state.clone()).collect()
    };
    let is_late =
        |(one, other): (&(Duration, String), &(Duration, String))| one.0.abs_diff(other.0) > late;
    let differs =
        states(console) != states(prometheus) || console.iter().zip(prometheus).any(is_late);
    differs.then(|| format!("{key:?}\n  console: {console:?}\n  Prometheus: {prometheus:?}"))
}

/// The alerts of one run, as both sides have seen them.
#[derive(Default)]
struct Run {
    console: BTreeMap<Key, Timeline>,
    prometheus: BTreeMap<Key, Timeline>,
    /// The end of the bad part.
    bad_until: Duration,
    /// The longest time between two looks, by which a change is seen late.
    look: Duration,
}

impl Run {
    fn of(examples: &mut [Example], server: &Prometheus, listed: &Listed) -> Self {
        let (mut run, begun) = (Self::default(), Instant::now());
        let mut end = begun;
        for (phase, time) in SCRIPT {
            for example in &mut *examples {
                example.process.say(phase);
            }
            if phase == "bad" {
                run.bad_until = begun.elapsed() + time;
            }
            end += time;
            while Instant::now() < end {
                let look = Instant::now();
                let states = examples.iter().flat_map(Example::states).collect();
                note(&mut run.console, begun.elapsed(), &states);
                let states = states_in(server, listed);
                note(&mut run.prometheus, begun.elapsed(), &states);
                thread::sleep(LOOK);
                run.look = run.look.max(look.elapsed());
            }
        }
        run
    }

    fn keys(&self) -> BTreeSet<&Key> {
        self.console.keys().chain(self.prometheus.keys()).collect()
    }

    /// In Prometheus, the long windows of an objective are sums over evaluations, which do not forget the
    /// bad part in this time. Objectives are compared until its end.
    fn compare(&self, listed: &Listed) {
        let none = Timeline::new();
        let of = |timelines: &BTreeMap<Key, Timeline>, key: &Key| {
            timelines.get(key).unwrap_or(&none).clone()
        };
        // What Prometheus evaluates was scraped before.
        let late = INTERVAL + INTERVAL + CONSOLE + self.look;
        let wrong: Vec<_> = { self.keys().into_iter() }
            .filter_map(|key| {
                let (mut console, mut prometheus) =
                    (of(&self.console, key), of(&self.prometheus, key));
                let own = listed.get(&(key.example.clone(), key.alert.clone()));
                if own.is_some_and(|own| own.is_objective) {
                    for timeline in [&mut console, &mut prometheus] {
                        timeline.retain(|(at, _)| *at < self.bad_until);
                    }
                }
                differences(key, &console, &prometheus, late)
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Returns the states of an alert, one after the other, without its times.
    fn states(&self, key: &Key) -> Vec<&str> {
        let timeline = self.console.get(key).into_iter().flatten();
        timeline.map(|(_, state)| state.as_str()).collect()
    }
}

/// The alerts that the consoles evaluate, by example and name.
type Listed = BTreeMap<(String, String), Own>;

/// What an alert has of its own.
struct Own {
    /// The names of its labels in addition to those of the group.
    labels: BTreeSet<String>,
    is_objective: bool,
}

fn listed(examples: &[Example]) -> Listed {
    let mut listed = Listed::new();
    for example in examples {
        for alert in example.alerts() {
            if alert["state"] == "not_evaluated" {
                continue;
            }
            let name = text(&alert["name"]).to_owned();
            let own = Own {
                labels: labels(&alert["labels"]).into_keys().collect(),
                is_objective: !alert["objective"].is_null(),
            };
            listed.insert((example.name.to_owned(), name), own);
        }
    }
    listed
}

#[test]
#[ignore = "needs prometheus, which .ci/run installs"]
fn alerts_of_the_examples_have_the_states_of_prometheus_within_one_evaluation() {
    let mut examples = EXAMPLES.map(Example::start);
    let folder = tempfile::tempdir().unwrap();
    let server = prometheus(&examples, folder.path());
    eventually("all targets are up", || {
        let up = server.query("sum(up)")?;
        let is_up = |(_, value): &(_, f64)| *value >= 5.0;
        up.iter().any(is_up).then_some(()).ok_or(format!("{up:?}"))
    });
    let listed = listed(&examples);
    let run = Run::of(&mut examples, &server, &listed);
    run.compare(&listed);
    for example in &examples {
        for alert in example.alerts() {
            let name = text(&alert["name"]);
            let keys = run.keys().into_iter();
            let mut keys = keys.filter(|key| key.example == example.name && key.alert == name);
            if alert["state"] == "not_evaluated" {
                assert!(
                    NOT_EVALUATED.contains(&name) || name.ends_with("Absent"),
                    "{alert:#}"
                );
                continue;
            }
            let (moved, is_objective) = (
                ["pending", "firing", "inactive"],
                !alert["objective"].is_null(),
            );
            let has_moved = |key: &Key| {
                let states = run.states(key);
                let has_fired = is_objective && states.contains(&"firing");
                states == moved || states == moved[1..] || has_fired
            };
            assert!(
                keys.any(has_moved),
                "{}: {name} has not moved",
                example.name
            );
        }
    }
}
