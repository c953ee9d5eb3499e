//! Alerts as the console evaluates them: over one scripted run of the five examples' catalogs, each alert
//! goes through the same states as in Prometheus, within one evaluation.

mod examples;
mod rules;
mod run;
mod states;

use self::{
    examples::{Example, Listed, listed},
    run::Run,
};
use crate::{process::eventually, prometheus::Prometheus};

/// The alerts that the console does not evaluate, because they are in PromQL.
const IN_PROMQL: [&str; 3] = ["ProcessDown", "RestartLoop", "ServiceDown"];

/// How the names of alerts end that are about scrapes, of which a program does not know.
const ABOUT_SCRAPES: [&str; 2] = ["Absent", "TargetDown"];

#[test]
#[ignore = "needs prometheus, which .ci/run installs"]
fn alerts_of_the_examples_have_the_states_of_prometheus_within_one_evaluation() {
    let mut examples = examples::NAMES.map(Example::start);
    let listed = listed(&examples);
    let folder = tempfile::tempdir().unwrap();
    let server = rules::prometheus(&examples, &listed, folder.path());
    eventually("all targets are up", || {
        let up = server.query("sum(up) == 5")?;
        (!up.is_empty()).then_some(()).ok_or(format!("{up:?}"))
    });
    each_rule_is_compared(&server, &listed);
    let run = Run::of(&mut examples, &server, &listed);
    run.agrees();
    run.has_all(&listed);
    run.notices_what_is_moved();
}

/// The alerts that the rules have and those that the consoles evaluate are the same.
fn each_rule_is_compared(server: &Prometheus, listed: &Listed) {
    let of_rules = rules::intervals(server);
    let (of_rules, of_consoles) = (of_rules.keys(), listed.keys());
    let is_compared = |(_, name): &&(String, String)| {
        let is_about_scrapes = ABOUT_SCRAPES.iter().any(|end| name.ends_with(end));
        !is_about_scrapes && !IN_PROMQL.contains(&name.as_str())
    };
    let of_rules: Vec<_> = of_rules.filter(is_compared).collect();
    assert_eq!(of_rules, of_consoles.collect::<Vec<_>>());
}
