//! Samples of the stacks of running threads.

use std::{
    collections::HashMap,
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use flate2::{Compression, write::GzEncoder};
use nix::sys::signal::{SigSet, Signal, raise};
use pprof::{Error, Frames, ProfilerGuard, ProfilerGuardBuilder, protos::Message};

use super::unavailable::Unavailable;

/// The samples for each second of processor time.
const FREQUENCY: i32 = 100;

/// A frequency whose interval is less than a microsecond, so that the timer is off.
const WITHOUT_TIMER: i32 = 2_000_000;

/// Libraries in which no sample begins. libgcc may hold a lock that the lookup of a function takes, and the
/// tables of the vDSO are wrong on some systems.
const NOT_SAMPLED: [&str; 2] = ["libgcc", "vdso"];

/// Whether the tables for unwinding are read.
static IS_PREPARED: AtomicBool = AtomicBool::new(false);

/// Sampling that runs until this is dropped.
pub(super) struct Sampling(ProfilerGuard<'static>);

impl Sampling {
    pub(super) fn start() -> Result<Self, Unavailable> {
        prepare()?;
        guard(FREQUENCY).map(Self)
    }

    /// Ends the sampling, and then finds the names of the functions.
    pub(super) fn finish(self) -> Result<Report, Unavailable> {
        let sampled = self.0.report().build_unresolved();
        drop(self);
        let sampled = sampled.map_err(unavailable)?;
        let mut data = HashMap::new();
        for (stack, count) in sampled.data {
            *data.entry(Frames::from(stack)).or_insert(0) += count;
        }
        let timing = sampled.timing;
        Ok(Report(pprof::Report { data, timing }))
    }
}

fn guard(frequency: i32) -> Result<ProfilerGuard<'static>, Unavailable> {
    let builder = ProfilerGuardBuilder::default().frequency(frequency);
    builder.blocklist(&NOT_SAMPLED).build().map_err(unavailable)
}

fn unavailable(error: Error) -> Unavailable {
    match error {
        Error::Running => Unavailable::Running,
        Error::CreatingError => {
            let text = "it needs a folder for temporary files; set TMPDIR and restart the program";
            Unavailable::Failed(text.to_owned())
        }
        error => Unavailable::Failed(error.to_string()),
    }
}

/// Reads the tables for unwinding, once.
///
/// The first signal reads them and allocates memory. A thread that is interrupted inside of the allocator would wait
/// for itself, so the first signal comes from here, where this thread allocates nothing.
fn prepare() -> Result<(), Unavailable> {
    if IS_PREPARED.load(Ordering::Acquire) {
        return Ok(());
    }
    let failed = |error: nix::Error| Unavailable::Failed(error.to_string());
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGPROF);
    signals.thread_unblock().map_err(failed)?;
    let guard = guard(WITHOUT_TIMER)?;
    raise(Signal::SIGPROF).map_err(failed)?;
    drop(guard);
    IS_PREPARED.store(true, Ordering::Release);
    Ok(())
}

/// What was sampled.
pub(super) struct Report(pprof::Report);

impl Report {
    /// Returns the profile in pprof's format: `profile.proto`, compressed with gzip.
    pub(super) fn encoded(&self) -> Result<Vec<u8>, Unavailable> {
        let profile = self.0.pprof().map_err(unavailable)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let written = gzip.write_all(&profile.encode_to_vec());
        let encoded = written.and_then(|()| gzip.finish());
        encoded.map_err(|error| Unavailable::Failed(error.to_string()))
    }

    /// Returns each stack from the name of its thread to the innermost function, with its samples.
    #[cfg(feature = "console")]
    pub(super) fn stacks(&self) -> impl Iterator<Item = (Vec<String>, u64)> {
        self.0.data.iter().map(|(stack, count)| {
            let functions = stack.frames.iter().rev();
            let functions = functions.flat_map(|inlined| inlined.iter().rev());
            let functions = functions.map(pprof::Symbol::name);
            let names = std::iter::once(stack.thread_name_or_id()).chain(functions);
            (names.collect(), u64::try_from(*count).unwrap_or(0))
        })
    }

    #[cfg(feature = "console")]
    pub(super) fn seconds(&self) -> f64 {
        self.0.timing.duration.as_secs_f64()
    }

    #[cfg(feature = "console")]
    pub(super) fn frequency(&self) -> i32 {
        self.0.timing.frequency
    }
}
