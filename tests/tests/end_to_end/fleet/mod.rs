//! A fleet of one program, in two jobs and two environments: one replica fails, one restarts, one is
//! gone and one is healthy. The generated rules and the dashboard are right for all of them.

mod alerts;
mod catalog;
mod panels;
mod recording;
mod replicas;
mod stack;
mod storage;
mod vectors;

use std::{
    env, thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use glyph_tests::Page;

use self::stack::Stack;
use crate::{evaluator::Database, process::eventually};

/// How long the load is steady before queries are compared. `.ci/full` sets another number, so that
/// the windows of objectives are full.
const STEADY: &str = "GLYPH_FLEET_SECONDS";
/// More than the window of a rate, with the samples at both ends.
const LEAST_STEADY: Duration = Duration::from_secs(14);

#[test]
#[ignore = "needs prometheus, prometheus-alertmanager and victoria-metrics; .ci/run installs them"]
fn rules_and_dashboard_are_right_for_a_fleet() {
    let stack = Stack::start();
    alerts::are_all_expected(&stack);
    wait_until_up(&stack);
    let start = now();
    // Replicas fail from five seconds after their start on. The rates need ten seconds of that load.
    thread::sleep(Duration::from_secs(10));
    let all_work = now();
    stack.target("gone").end();
    stack.target("restarting").restart();
    let events = Instant::now();
    alerts::fire_for_the_right_targets(&stack);
    alerts::are_silenced_by_their_own_budget(&stack);
    alerts::fire_from_the_other_storage(&stack);

    let steady = env::var(STEADY).map_or(LEAST_STEADY, |seconds| {
        Duration::from_secs(seconds.parse().unwrap())
    });
    // The restarted replica has a start too.
    let until = events + Duration::from_secs(7) + steady;
    thread::sleep(until.saturating_duration_since(Instant::now()));
    let at = now();
    wait_until_stored(&stack, at);
    let mut database = Database::default();
    for target in &stack.targets {
        target.add_to(&mut database, stack.prometheus.api(), at);
    }
    recording::record(&stack, &mut database, at);
    panels::have_the_values_of_scrapes(&stack, &database, [all_work, at]);
    panels::have_the_values_of_the_work(&stack, at);
    panels::change_during_the_run(&stack, start, at);
    storage::answers_as_prometheus(&stack, at, steady);
}

fn wait_until_up(stack: &Stack) {
    eventually("all targets are up", || {
        let up = stack.prometheus.query("sum(up)")?;
        let is_up = up.iter().any(|(_, up)| *up >= 4.0);
        is_up.then_some(()).ok_or_else(|| format!("{up:?}"))
    });
}

/// Waits until all samples of a time are in both storages.
fn wait_until_stored(stack: &Stack, at: i64) {
    let prometheus = stack.prometheus.api();
    eventually("later scrapes and rules are stored", || {
        let page = Page::parse(&prometheus.get("/metrics", &[])?)?;
        let mut rules = page.named("prometheus_rule_group_last_evaluation_timestamp_seconds");
        let at = seconds(at);
        let scraped = format!("count(timestamp(up) > {at}) == 4");
        let is_done =
            rules.all(|group| group.value > at) && !prometheus.query(&scraped, None)?.is_empty();
        is_done.then_some(()).ok_or_else(|| "not yet".to_owned())
    });
    let sent = now();
    eventually("the other storage has what was sent", || {
        let written = format!("count(timestamp(up) > {}) == 4", seconds(sent));
        let written = stack.victoria.query(&written, None)?;
        (!written.is_empty())
            .then_some(())
            .ok_or_else(|| "not yet".to_owned())
    });
    // New samples can be found after a flush.
    stack.victoria.get("/internal/force_flush", &[]).unwrap();
}

/// Returns the time in milliseconds since the Unix epoch.
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "times of this century fit")]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
