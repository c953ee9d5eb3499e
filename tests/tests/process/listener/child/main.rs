//! A service with a listener, which runs one command per line. It is installed outside of a
//! runtime.

use std::{
    error::Error,
    fs::File,
    io::{BufRead, Write},
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use clap::Parser;
use glyph_runtime::{Counter, LabelSet, Telemetry, log::Output, metric_catalog};

#[derive(LabelSet)]
struct Thing<'a> {
    #[label(max = 20_000)]
    thing: &'a str,
}

#[metric_catalog(namespace = "listens", max_series = 20_001)]
struct Metrics {
    /// Things.
    things: Counter<Thing<'_>>,
}

#[derive(Parser)]
struct Cli {
    /// The address of the listener. Without one, that of the environment.
    #[arg(long)]
    listener: Option<SocketAddr>,
    /// Add a check that blocks its thread.
    #[arg(long)]
    blocking_check: bool,
    /// Add a check that takes three seconds.
    #[arg(long)]
    slow_check: bool,
}

fn install(cli: &Cli, runs: &Arc<AtomicU64>) -> Result<Telemetry, Box<dyn Error>> {
    let runs = Arc::clone(runs);
    let mut builder = Telemetry::builder("listens")
        .catalog(Metrics::global())
        .log(|log| log.output = Output::Stderr)
        .check("counted", move || {
            runs.fetch_add(1, Relaxed);
            async { Ok::<(), String>(()) }
        });
    if let Some(address) = cli.listener {
        builder = builder.listener(address);
    }
    if cli.blocking_check {
        let limit = Duration::from_millis(100);
        builder = builder.check_with_timeout("blocks", limit, || async {
            std::thread::sleep(Duration::from_secs(3600));
            Ok::<(), String>(())
        });
    }
    if cli.slow_check {
        builder = builder.check("slow", || async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            Ok::<(), String>(())
        });
    }
    Ok(builder.install()?)
}

/// Counts things, each in a series of its own.
fn count(things: u64) {
    for thing in 0..things {
        let thing = &format!("{thing:020}");
        Metrics::global().things.inc(Thing { thing });
    }
}

/// Registers counters of the `metrics` crate.
fn register(count: u64) {
    for thing in 0..count {
        metrics::counter!("library.things", "thing" => format!("{thing:020}")).increment(1);
    }
}

/// Opens files until the process has no descriptors left.
fn exhaust(files: &mut Vec<File>) {
    while let Ok(file) = File::open("/dev/null") {
        files.push(file);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    let runs = Arc::default();
    let telemetry = install(&cli, &runs)?;
    let mut files = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = match line.split_once(' ').unwrap_or((&line, "")) {
            ("address", _) => telemetry
                .local_addr()
                .unwrap_or((Ipv4Addr::UNSPECIFIED, 0).into())
                .to_string(),
            ("count", things) => {
                count(things.parse()?);
                "counted".to_owned()
            }
            ("register", count) => {
                register(count.parse()?);
                "registered".to_owned()
            }
            ("exhaust", _) => {
                exhaust(&mut files);
                files.len().to_string()
            }
            ("runs", _) => runs.load(Relaxed).to_string(),
            (other, _) => return Err(format!("unknown command {other}").into()),
        };
        writeln!(std::io::stdout(), "{answer}")?;
    }
    Ok(())
}
