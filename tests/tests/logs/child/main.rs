//! A process that logs, for tests that kill it or close its output.

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

use glyph_runtime::{
    audit,
    log::{Audit, Format, LogSettings, Output, Pipeline},
};
use tracing::info;
use tracing_subscriber::layer::SubscriberExt;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("audit"), Some(path)) => audit_for_ever(path),
        (Some("log"), None) => log_until_refused(),
        (Some("full"), None) => log_to_a_full_disk(false),
        (Some("full-exit"), None) => log_to_a_full_disk(true),
        (Some("audit-to-output"), None) => audit_to_output(),
        _ => Err("how to use it: `logging-child audit <path>`, `log`, `full`, `full-exit` or `audit-to-output`".into()),
    }
}

/// Prints each number after its line is in the trail.
fn audit_for_ever(path: String) -> Result<(), Box<dyn Error>> {
    let settings = LogSettings {
        audit: Some(Audit::file(path)),
        ..LogSettings::default()
    };
    let (layer, _log) = Pipeline::start(settings)?;
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        let mut said = io::stdout().lock();
        for number in 0_u64.. {
            audit!(number, "counted");
            writeln!(said, "{number}")?;
        }
        Ok(())
    })
}

/// Logs to a standard output that its reader closes after the first line.
fn log_until_refused() -> Result<(), Box<dyn Error>> {
    let settings = LogSettings {
        format: Format::Json,
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings)?;
    let subscriber = tracing_subscriber::registry().with(layer);
    let mut emitted = 0_u64;
    tracing::subscriber::with_default(subscriber, || {
        while log.snapshot().dropped.write_failed == 0 {
            info!(number = emitted, "counted");
            emitted += 1;
        }
    });
    let undelivered = log.shutdown(Duration::from_secs(5)).err();
    let counts = log.snapshot();
    let reported = undelivered.map(|undelivered| undelivered.count());
    if counts.written + counts.dropped.total() == emitted
        && reported == Some(counts.dropped.write_failed)
    {
        writeln!(io::stderr(), "every line counted, some refused")?;
    } else {
        writeln!(io::stderr(), "{emitted} lines, but {counts:?}")?;
    }
    Ok(())
}

/// Logs to a file of a full disk.
fn log_to_a_full_disk(exits: bool) -> Result<(), Box<dyn Error>> {
    let settings = LogSettings {
        output: Output::File("/dev/full".into()),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings)?;
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        for number in 0..100 {
            info!(number, "lost");
            if exits {
                tracing::error!("last words");
                std::process::exit(0);
            }
            log.flush(Duration::from_secs(5)).ok();
            tracing::error!(number, "lost");
        }
    });
    if let Err(undelivered) = log.shutdown(Duration::from_secs(5)) {
        writeln!(io::stderr(), "shutdown: {undelivered}")?;
    }
    Ok(())
}

fn audit_to_output() -> Result<(), Box<dyn Error>> {
    let settings = LogSettings {
        output: Output::Stderr,
        audit: Some(Audit::file("-")),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings)?;
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || audit!(action = "grant", "role granted"));
    log.shutdown(Duration::from_secs(5))?;
    Ok(())
}
