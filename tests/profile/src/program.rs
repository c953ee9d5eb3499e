//! A program whose stage is busy.

use std::{
    hint::black_box,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use glyph_runtime::{Histogram, Telemetry, TelemetryBuilder, instrument_stage, metric_catalog};

/// The metrics of the program.
#[metric_catalog(namespace = "profiled", stages = stage, max_series = 100)]
pub struct Work {
    /// Time to churn.
    #[metric(unit = seconds, buckets = [1ms, 10ms, 1s])]
    #[stage(churn)]
    pub churn: Histogram,
}

/// Takes processor time.
#[must_use]
#[instrument_stage(stage::churn)]
pub fn churn(rounds: u64) -> u64 {
    let mut value = rounds;
    for round in 0..rounds {
        value = black_box(value.rotate_left(5) ^ round);
    }
    value
}

/// Installs a program on a loopback address, with what `change` sets.
///
/// # Panics
///
/// Panics if the program cannot be installed.
#[must_use = "the program ends when it is dropped"]
pub fn program(
    change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
) -> (Telemetry, SocketAddr) {
    let builder = Telemetry::builder("profiled")
        .env_lookup(|_| None)
        .without_log()
        .without_panic_log()
        .without_facade()
        .without_subscriber()
        .listener(([127, 0, 0, 1], 0))
        .catalog(Work::global());
    let telemetry = change(builder).install().unwrap();
    let address = telemetry.local_addr().unwrap();
    (
        telemetry,
        SocketAddr::from(([127, 0, 0, 1], address.port())),
    )
}

/// Threads that work until this is dropped.
#[derive(Debug)]
pub struct Busy {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Busy {
    /// Starts threads of this name, each of which does the work again and again.
    ///
    /// # Panics
    ///
    /// Panics if a thread does not start.
    #[must_use]
    pub fn start(name: &str, threads: usize, work: fn()) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let start = |_| {
            let is_over = Arc::clone(&is_over);
            let thread = thread::Builder::new().name(name.to_owned());
            let run = move || {
                while !is_over.load(Ordering::Relaxed) {
                    work();
                }
            };
            thread.spawn(run).unwrap()
        };
        Self {
            threads: (0..threads).map(start).collect(),
            is_over,
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _panicked = thread.join();
        }
    }
}
