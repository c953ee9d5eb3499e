//! Reads the process from `/proc`.

use std::{sync::Mutex, time::Duration};

use glyph_core::__runtime::{AnyCatalog, Observe, Observer, lock_unless_lost};
use procfs::{
    WithCurrentSystemInfo,
    process::{LimitValue, Process, Stat},
};

use super::ProcessMetrics;

/// The process that reads them.
#[derive(Debug)]
pub(crate) struct Figures;

impl Observe for Figures {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        ProcessMetrics::global()
    }

    /// Reports what can be read. A process in a container may not read all of it.
    fn observe(&self, observer: &mut Observer) {
        let metrics = ProcessMetrics::global();
        let Ok(process) = Process::myself() else {
            return;
        };
        if let Ok(stat) = process.stat() {
            observe_stat(observer, metrics, &stat);
        }
        if let Ok(open) = process.fd_count() {
            observer.gauge(&metrics.open_fds, open);
        }
        if let Ok(limits) = process.limits()
            && let LimitValue::Value(most) = limits.max_open_files.soft_limit
        {
            observer.gauge(&metrics.max_fds, most);
        }
    }
}

fn observe_stat(observer: &mut Observer, metrics: &ProcessMetrics, stat: &Stat) {
    let cpu = of_ticks(stat.utime.saturating_add(stat.stime));
    observer.counter_duration(&metrics.cpu, cpu);
    observer.gauge(&metrics.resident_memory, stat.rss_bytes().get());
    observer.gauge(&metrics.virtual_memory, stat.vsize);
    observer.gauge(&metrics.threads, stat.num_threads);
    if let Some(started) = started(stat) {
        observer.gauge(&metrics.start_time, started.as_secs_f64());
    }
}

/// Returns when the process started. The first result is kept: procfs reads the time of the boot once on
/// each thread, and the system clock may be set in between. A forked process has a start of its own.
fn started(stat: &Stat) -> Option<Duration> {
    static STARTED: Mutex<Option<(i32, Duration)>> = Mutex::new(None);
    let mut started = lock_unless_lost(&STARTED)?;
    if let Some((process, time)) = *started
        && process == stat.pid
    {
        return Some(time);
    }
    let boot = Duration::from_secs(procfs::boot_time_secs().ok()?);
    let time = boot.saturating_add(of_ticks(stat.starttime));
    *started = Some((stat.pid, time));
    Some(time)
}

/// Returns the time of clock ticks, which are hundredths of a second on most machines.
fn of_ticks(ticks: u64) -> Duration {
    let per_second = procfs::ticks_per_second().max(1);
    let nanoseconds = u128::from(ticks) * 1_000_000_000 / u128::from(per_second);
    u64::try_from(nanoseconds).map_or(Duration::MAX, Duration::from_nanos)
}
