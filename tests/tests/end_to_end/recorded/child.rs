//! A replica of the recorded program: each line of its input is a phase and the time at which it is
//! scraped, in seconds.

use std::{
    error::Error,
    io::{BufRead, Write},
    net::Ipv4Addr,
    time::Duration,
};

use glyph_runtime::{Status, Telemetry, log::Output};

#[path = "catalog.rs"]
mod catalog;

use catalog::{Call, FormsMetrics, Host, Kind, TenantContext, TenantMetrics};

const DAY: f64 = 86_400.0;

/// The moves of each kind and tenant.
const MOVES: u32 = 10;

/// The work of a replica between two scrapes.
struct Work {
    llm: OfKind,
    stt: OfKind,
    rejected: u32,
    /// The size of each answer.
    size: f64,
    disk_usage: f64,
    temperature: u32,
    certificate_days: f64,
    connections: u32,
    configuration: u32,
    sessions: u32,
    credit: i32,
    /// The boards and the failed moves of one of two tenants.
    boards: u32,
    failed_moves: u32,
}

/// The calls of one kind.
struct OfKind {
    calls: u32,
    failed: u32,
    /// The time of each answer.
    milliseconds: u64,
    jobs: u32,
    failed_jobs: u32,
    queue: u32,
}

const LLM: OfKind = OfKind {
    calls: 20,
    failed: 0,
    milliseconds: 400,
    jobs: 1,
    failed_jobs: 0,
    queue: 3,
};
const STT: OfKind = OfKind { jobs: 20, ..LLM };

const HEALTHY: Work = Work {
    llm: LLM,
    stt: STT,
    rejected: 0,
    size: 100.0,
    disk_usage: 0.5,
    temperature: 40,
    certificate_days: 30.0,
    connections: 2,
    configuration: 100,
    sessions: 5,
    credit: 1,
    boards: 20,
    failed_moves: 0,
};

const FAILING: Work = Work {
    llm: OfKind {
        calls: 30,
        failed: 1,
        milliseconds: 50,
        failed_jobs: 1,
        ..LLM
    },
    stt: OfKind {
        calls: 30,
        failed: 27,
        milliseconds: 2000,
        failed_jobs: 20,
        queue: 120,
        ..STT
    },
    rejected: 27,
    size: 2048.0,
    disk_usage: 0.95,
    temperature: 70,
    certificate_days: 10.0,
    connections: 9,
    credit: -5,
    boards: 90,
    failed_moves: 5,
    ..HEALTHY
};

/// Returns the work of a replica in the phase in which all goes wrong.
fn failing(replica: &str) -> Work {
    match replica {
        "one" => FAILING,
        "two" => Work {
            llm: OfKind { calls: 10, ..LLM },
            stt: OfKind { calls: 10, ..STT },
            ..HEALTHY
        },
        "restarting" => Work {
            configuration: 1,
            sessions: 0,
            ..HEALTHY
        },
        _ => HEALTHY,
    }
}

impl Work {
    fn step(&self, seconds: u32) {
        let metrics = FormsMetrics::global();
        for (kind, work) in [(Kind::Llm, &self.llm), (Kind::Stt, &self.stt)] {
            self.calls(kind, work);
            metrics.queue.set(kind, work.queue);
        }
        metrics.rejections.add(u64::from(self.rejected));
        metrics.disk_usage.set(self.disk_usage);
        metrics.temperature.set(self.temperature);
        let lifetime = self.certificate_days * DAY - f64::from(seconds);
        metrics.certificate_lifetime.set(lifetime);
        metrics.connections.set(self.connections);
        metrics.connections_max.set(10_u32);
        metrics.configuration.set(self.configuration);
        metrics.sessions.set(self.sessions);
        metrics.credit.set(self.credit);
        let acme = TenantContext { tenant_id: "acme" };
        acme.in_scope(|| play(self.boards, self.failed_moves));
        let globex = TenantContext {
            tenant_id: "globex",
        };
        globex.in_scope(|| play(HEALTHY.boards, HEALTHY.failed_moves));
    }

    fn calls(&self, kind: Kind, work: &OfKind) {
        let metrics = FormsMetrics::global();
        for call in 0..work.calls {
            let status = status(call, work.failed);
            metrics.calls.inc(Call { kind, status });
            let time = Duration::from_millis(work.milliseconds);
            metrics.answer.observe(kind, time);
            metrics.answer_size.observe(self.size);
        }
        for job in 0..work.jobs {
            let status = status(job, work.failed_jobs);
            metrics.jobs.inc(Call { kind, status });
        }
    }
}

/// Returns the outcome of a call, of which the first ones fail.
fn status(call: u32, failed: u32) -> Status {
    if call < failed {
        Status::Error
    } else {
        Status::Ok
    }
}

/// Plays for the tenant in scope.
fn play(boards: u32, failed: u32) {
    let metrics = TenantMetrics::global();
    for (kind, failed) in [(Kind::Llm, 0), (Kind::Stt, failed)] {
        for call in 0..MOVES {
            let status = status(call, failed);
            metrics.moves.inc(Call { kind, status });
        }
    }
    metrics.boards.set(Kind::Llm, boards);
}

fn work(replica: &str, phase: &str, seconds: u32) {
    let metrics = FormsMetrics::global();
    let is_failing = phase == "failing";
    let work = if is_failing {
        failing(replica)
    } else {
        HEALTHY
    };
    work.step(seconds);
    if replica == "one" && !is_failing {
        metrics.last_run_timestamp.set(f64::from(seconds));
    }
    if replica == "gone" {
        metrics.leader.set(true);
        metrics.backups.inc(Host { host: "vault" });
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let replica = std::env::args().nth(1).ok_or("no replica")?;
    let telemetry = Telemetry::builder("forms")
        .catalog(FormsMetrics::global())
        .catalog(TenantMetrics::global())
        .log(|log| log.output = Output::Stderr)
        .listener((Ipv4Addr::LOCALHOST, 0))
        .install()?;
    FormsMetrics::global().up.set(true);
    FormsMetrics::global().starts.inc();
    let address = telemetry.local_addr().ok_or("no listener")?;
    let mut output = std::io::stdout();
    writeln!(output, "{address}")?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (phase, seconds) = line.split_once(' ').ok_or("no time")?;
        work(&replica, phase, seconds.parse()?);
        writeln!(output, "worked")?;
    }
    Ok(())
}
