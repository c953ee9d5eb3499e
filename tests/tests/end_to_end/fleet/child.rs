//! A replica of the fleet's program: each line of its input is a second of work.

use std::{
    error::Error,
    io::{BufRead, Write},
    net::Ipv4Addr,
    time::Duration,
};

use glyph_runtime::{Status, Telemetry, log::Output};

#[path = "catalog.rs"]
mod catalog;

use catalog::{FleetMetrics, Host, Provider, Request};

const DAY: f64 = 86_400.0;

/// The seconds in which all goes well, so that shares of failures change.
const START: u32 = 5;

/// What a replica does in each second.
struct Work {
    /// Requests to each provider.
    requests: u32,
    /// Requests that fail, by provider, after the start.
    failed: [u32; 2],
    /// Answers that take longer than the objective, by provider, after the start.
    slow: [u32; 2],
    disk_usage: f64,
    certificate_days: f64,
    connections: u32,
    configuration: u32,
    /// The host whose backups it makes.
    backs_up: Option<&'static str>,
}

const HEALTHY: Work = Work {
    requests: 40,
    failed: [0, 0],
    slow: [0, 0],
    disk_usage: 0.5,
    certificate_days: 30.0,
    connections: 2,
    configuration: 100,
    backs_up: None,
};

/// Returns the work of the replica with this name.
fn work(replica: &str) -> Option<Work> {
    Some(match replica {
        "healthy" => HEALTHY,
        "failing" => Work {
            failed: [36, 2],
            slow: [0, 20],
            certificate_days: 10.0,
            connections: 9,
            ..HEALTHY
        },
        "restarting" => Work {
            requests: 20,
            failed: [1, 0],
            disk_usage: 0.9,
            configuration: 1,
            ..HEALTHY
        },
        "gone" => Work {
            requests: 20,
            failed: [1, 0],
            slow: [0, 20],
            backs_up: Some("vault"),
            ..HEALTHY
        },
        _ => return None,
    })
}

impl Work {
    /// Does the work of one second. `second` is at least 1.
    fn step(&self, second: u32) {
        let metrics = FleetMetrics::global();
        let providers = [Provider::Deepgram, Provider::Elevenlabs];
        for (provider, (failed, slow)) in providers
            .into_iter()
            .zip(self.failed.into_iter().zip(self.slow))
        {
            let (failed, slow) = if second > START {
                (failed, slow)
            } else {
                (0, 0)
            };
            for call in 0..self.requests {
                let status = if call < failed {
                    Status::Error
                } else {
                    Status::Ok
                };
                metrics.requests.inc(Request { provider, status });
                let time = Duration::from_millis(if call < slow { 2000 } else { 200 });
                metrics.answer.observe(provider, time);
                metrics
                    .answer_size
                    .observe(if call % 4 == 0 { 2048.0 } else { 100.0 });
            }
        }
        let odd = f64::from(second % 2);
        metrics.disk_usage.set(self.disk_usage + odd / 100.0);
        let lifetime = self.certificate_days * DAY - f64::from(second);
        metrics.certificate_lifetime.set(lifetime);
        metrics.connections.set(self.connections);
        metrics.connections_max.set(10.0 + odd);
        metrics.configuration.set(self.configuration + second % 2);
        metrics.up.set(true);
        if let Some(host) = self.backs_up {
            metrics.backups.inc(Host { host });
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let replica = std::env::args().nth(1).unwrap_or_default();
    let work = work(&replica).ok_or_else(|| format!("no replica `{replica}`"))?;
    let telemetry = Telemetry::builder("fleet")
        .catalog(FleetMetrics::global())
        .log(|log| log.output = Output::Stderr)
        .listener((Ipv4Addr::LOCALHOST, 0))
        .install()?;
    let address = telemetry.local_addr().ok_or("no listener")?;
    let mut output = std::io::stdout();
    writeln!(output, "{address}")?;
    for (line, second) in std::io::stdin().lock().lines().zip(1..) {
        line?;
        work.step(second);
        writeln!(output, "worked")?;
    }
    Ok(())
}
