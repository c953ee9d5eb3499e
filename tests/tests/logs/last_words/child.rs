//! A process that logs a thousand lines and its last words, and ends. If the machine is too busy for
//! the time that a log may take, it says so on standard error.
#![expect(clippy::panic, reason = "a panic is one of the ends")]

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
    panic, process,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use glyph_runtime::Telemetry;
use rustix::process::{Signal, getpid, kill_process};

const LATE: &str = "the machine is too busy";
/// Reported after nearly as long as a line waits before it overtakes others.
const OVERTAKES: &str = "the last words may overtake others";

/// The time of a panic.
static BEGUN: OnceLock<Instant> = OnceLock::new();
/// Not dropped at the end of `main`.
static TELEMETRY: OnceLock<Telemetry> = OnceLock::new();

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [ending, lock] = &*arguments else {
        return Err("how to use it: `last-words-child <ending> locked|unlocked`".into());
    };
    panic::set_hook(Box::new(|_| told_in_time(*BEGUN.get_or_init(Instant::now))));
    let telemetry = Telemetry::builder("last-words")
        .without_listener()
        .install()?;
    let telemetry = if ending == "end" {
        Some(telemetry)
    } else {
        let _first = TELEMETRY.set(telemetry);
        None
    };
    let mut said = (lock == "locked").then(|| io::stdout().lock());
    for number in 0..1_000 {
        tracing::info!(number, "before");
    }
    end(ending)?;
    if let Some(said) = &mut said {
        said.flush()?;
    }
    drop(telemetry);
    Ok(())
}

fn end(ending: &str) -> Result<(), Box<dyn Error>> {
    if ending == "quiet" {
        // Lines below `WARN` may be missing only if they are younger than this.
        thread::sleep(Duration::from_millis(100));
        told_in_time(Instant::now());
        process::abort();
    }
    BEGUN.get_or_init(Instant::now);
    if ending == "panic" {
        let _span = tracing::info_span!("spoken").entered();
        panic!("last words");
    }
    say("last words");
    match ending {
        "exit" => process::exit(3),
        "abort" => process::abort(),
        "sigterm" => terminate(),
        "handled" => handled(),
        "static" | "end" => Ok(()),
        other => Err(format!("no ending `{other}`").into()),
    }
}

/// Logs an error.
fn say(words: &str) {
    let begun = Instant::now();
    tracing::error!("{words}");
    told_in_time(begun);
}

/// Reports lines that took nearly as long as a caller waits, or longer.
fn told_in_time(begun: Instant) {
    let log = TELEMETRY.get().and_then(Telemetry::log);
    let waits = log.is_some_and(|log| log.flush(Duration::ZERO).is_err());
    let elapsed = begun.elapsed();
    if waits || elapsed >= Duration::from_millis(45) {
        eprintln!("{LATE}");
    } else if elapsed >= Duration::from_millis(10) {
        eprintln!("{OVERTAKES}");
    }
}

fn terminate() -> ! {
    let _sent = kill_process(getpid(), Signal::TERM);
    loop {
        thread::park();
    }
}

/// Handles the signal, and ends without a shutdown.
fn handled() -> Result<(), Box<dyn Error>> {
    let telemetry = TELEMETRY.get().ok_or("no telemetry")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        thread::spawn(|| {
            while !is_handled() {
                thread::yield_now();
            }
            // A signal is lost that arrives while tokio registers its handler.
            loop {
                let _sent = kill_process(getpid(), Signal::TERM);
                thread::sleep(Duration::from_millis(100));
            }
        });
        telemetry.until_signal(Duration::ZERO).await
    })?;
    say("after the signal");
    process::exit(0)
}

/// Returns whether the process handles `SIGTERM`: bit 14 of the signals that it catches.
fn is_handled() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let caught = lines.find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask & (1 << 14) != 0)
}
