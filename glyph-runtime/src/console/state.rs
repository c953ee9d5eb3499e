//! The state of a console: what it reads, and what it keeps.

use std::{
    num::NonZeroU32,
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant, SystemTime},
};

use glyph_core::__runtime::{lock, read_functions};
use serde::Serialize;
use tokio::time::{sleep, timeout};

use super::{
    Shares,
    alerts::{Alerts, Now},
    history::History,
    overview::overview,
    subject::Subject,
};
use crate::health::Report;

/// The time for functions that metrics are read from, at each snapshot.
const FUNCTIONS: Duration = Duration::from_secs(1);

/// The time between two snapshots in a rehearsal of alerts.
const REHEARSED: Duration = Duration::from_secs(1);

/// The time that an overview waits for the checks.
const CHECKS: Duration = Duration::from_secs(1);

/// The time for which a report of the checks is shown.
const SHOWN_FOR: Duration = Duration::from_secs(10);

/// What a console reads and keeps.
#[derive(Debug)]
pub(super) struct State {
    pub(super) subject: Subject,
    started: Instant,
    history: Mutex<History>,
    alerts: Mutex<Alerts>,
    report: Mutex<Option<(Instant, Report)>>,
}

impl State {
    pub(super) fn new(subject: Subject, shares: Shares, shortened: Option<NonZeroU32>) -> Self {
        let registry = subject.exposition.registry();
        let mut history = History::new(registry, shares.history);
        let mut alerts = Alerts::new(registry, shares.alerts);
        if let Some(factor) = shortened {
            history.begin_with(REHEARSED);
            alerts.shorten(factor);
        }
        Self {
            subject,
            started: Instant::now(),
            history: Mutex::new(history),
            alerts: Mutex::new(alerts),
            report: Mutex::new(None),
        }
    }

    pub(super) fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }

    pub(super) fn alerts(&self) -> MutexGuard<'_, Alerts> {
        lock(&self.alerts)
    }

    /// Takes a snapshot after each step, until it is dropped.
    pub(super) async fn record(&self) {
        loop {
            let step = self.history().step();
            sleep(step).await;
            read_functions(FUNCTIONS);
            self.snapshot();
        }
    }

    /// Takes a snapshot of what is recorded, and evaluates the alerts.
    pub(super) fn snapshot(&self) {
        let exposition = &self.subject.exposition;
        let observed = exposition.internal();
        let now = Now {
            at: Instant::now(),
            time: SystemTime::now(),
        };
        self.history()
            .record(now.at, exposition.registry(), observed);
        self.alerts().evaluate(now);
    }

    /// Returns the overview as JSON, with a report of the checks that is at most ten seconds old if they
    /// end in time.
    pub(super) async fn overview(&self) -> Vec<u8> {
        self.check().await;
        let report = lock(&self.report);
        let report = report.as_ref().map(|(_, report)| report);
        let alerts = self.alerts().summary();
        let (identity, history) = (&self.subject.identity, self.history());
        json(&overview(identity, self.started, report, &history, alerts))
    }

    /// Returns the overview with the last report of the checks.
    pub(super) fn overview_without_checks(&self) -> serde_json::Value {
        let report = lock(&self.report);
        let report = report.as_ref().map(|(_, report)| report);
        let alerts = self.alerts().summary();
        let (identity, history) = (&self.subject.identity, self.history());
        let overview = overview(identity, self.started, report, &history, alerts);
        serde_json::to_value(&overview).unwrap_or_default()
    }

    /// Runs the checks, unless they ran a short time ago.
    async fn check(&self) {
        let at = lock(&self.report).as_ref().map(|(at, _)| *at);
        if at.is_some_and(|at| at.elapsed() < SHOWN_FOR) {
            return;
        }
        if let Ok(report) = timeout(CHECKS, self.subject.health.readiness()).await {
            *lock(&self.report) = Some((Instant::now(), report));
        }
    }
}

/// Returns a value as JSON.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    // The values have no map with keys that are not strings, so this does not fail.
    serde_json::to_vec(value).unwrap_or_default()
}
