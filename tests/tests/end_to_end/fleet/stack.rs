//! The fleet, and the programs that watch it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    num::NonZeroU32,
    path::Path,
    process::Command,
    thread,
};

use glyph_runtime::artifacts::Artifacts;
use tempfile::TempDir;

use super::{catalog::FleetMetrics, replicas::Target};
use crate::{
    alertmanager::Alertmanager,
    api::Api,
    process::{Output, Process, eventually},
    prometheus::{EXEMPLARS_ONLY, Prometheus},
};

/// Divisor of windows and pending times: five minutes become twelve seconds.
const SHORTEN: NonZeroU32 = NonZeroU32::new(25).unwrap();

/// The window of rates in panels, which holds twelve scrapes as those of the shortened alerts.
pub(super) const RATE_INTERVAL: &str = "12s";

pub(super) struct Stack {
    pub(super) targets: [Target; 4],
    pub(super) prometheus: Prometheus,
    pub(super) alertmanager: Alertmanager,
    pub(super) victoria: Api,
    pub(super) vmalert: Api,
    /// The rule file.
    pub(super) rules: String,
    pub(super) dashboard: String,
    _processes: [Process; 2],
    _folder: TempDir,
}

impl Stack {
    pub(super) fn start() -> Self {
        let artifacts = Artifacts::of::<FleetMetrics>().shortened(SHORTEN);
        let folder = tempfile::tempdir().unwrap();
        let rules = artifacts.rules().unwrap();
        fs::write(folder.path().join("rules.yml"), &rules).unwrap();
        let targets = [
            Target::start("healthy", "api", "production"),
            Target::start("failing", "api", "production"),
            Target::start("restarting", "api", "staging"),
            Target::start("gone", "worker", "production"),
        ];
        let alertmanager = Alertmanager::configured(&artifacts.alertmanager().unwrap());
        let (storage, victoria) = victoria(folder.path());
        let (evaluating, vmalert) = vmalert(folder.path(), victoria);
        let configuration =
            configuration(&targets, folder.path(), alertmanager.address(), victoria);
        let prometheus = Prometheus::configured(&configuration, EXEMPLARS_ONLY);
        Self {
            targets,
            prometheus,
            alertmanager,
            victoria: Api::new(victoria),
            vmalert: Api::new(vmalert),
            rules,
            dashboard: artifacts.dashboard().unwrap(),
            _processes: [storage, evaluating],
            _folder: folder,
        }
    }

    pub(super) fn target(&self, name: &str) -> &Target {
        self.targets
            .iter()
            .find(|target| target.name == name)
            .unwrap()
    }
}

/// Returns the configuration of Prometheus.
fn configuration(
    targets: &[Target],
    folder: &Path,
    alertmanager: SocketAddr,
    victoria: SocketAddr,
) -> String {
    let jobs = ["api", "worker"].map(|job| {
        let of_job = targets.iter().filter(|target| target.job == job);
        let of_job = of_job.map(
            |Target {
                 name, env, address, ..
             }| {
                format!(
                    "      - targets: ['{address}']
        labels: {{ env: {env}, instance: {name} }}
"
                )
            },
        );
        let of_job: String = of_job.collect();
        format!("  - job_name: {job}\n    static_configs:\n{of_job}")
    });
    let rules = folder.join("rules.yml");
    format!(
        "global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files: ['{}']
alerting:
  alertmanagers:
    - static_configs:
        - targets: ['{alertmanager}']
remote_write:
  - url: http://{victoria}/api/v1/write
    queue_config: {{ max_shards: 1, batch_send_deadline: 500ms }}
scrape_configs:
{}",
        rules.display(),
        jobs.concat()
    )
}

/// Starts the other storage, which shows samples as soon as it has them.
fn victoria(folder: &Path) -> (Process, SocketAddr) {
    serving("victoria-metrics", |command| {
        command
            .arg(format!(
                "-storageDataPath={}",
                folder.join("victoria").display()
            ))
            .args(["-search.latencyOffset=0s", "-search.disableCache"]);
    })
}

/// Starts the ruler of the other storage with the rule file of Prometheus. The storage
/// has the recorded series from Prometheus, so what the ruler records goes nowhere.
fn vmalert(folder: &Path, victoria: SocketAddr) -> (Process, SocketAddr) {
    let silent = swallow();
    serving("vmalert", |command| {
        command
            .arg(format!("-rule={}", folder.join("rules.yml").display()))
            .arg(format!("-datasource.url=http://{victoria}"))
            .arg(format!("-remoteWrite.url=http://{silent}"))
            .arg(format!("-notifier.url=http://{silent}"))
            .args(["-evaluationInterval=1s", "-disableAlertgroupLabel"]);
    })
}

/// Starts a program of that storage, which does not say the port that the system picks: another
/// one may take the port that was free before.
fn serving(program: &str, configure: impl Fn(&mut Command)) -> (Process, SocketAddr) {
    for _ in 0..5 {
        let address = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let mut command = Command::new(program);
        command.arg(format!("-httpListenAddr={address}"));
        configure(&mut command);
        let mut process = Process::start(command, Output::Stderr);
        let api = Api::new(address);
        let is_serving = eventually(program, || {
            if process.has_ended() {
                return Ok(false);
            }
            api.get("/health", &[]).map(|_| true)
        });
        if is_serving {
            return (process, address);
        }
    }
    panic!("{program} does not start");
}

/// Accepts all requests: no alert is sent twice, and no series is recorded twice.
fn swallow() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // A client that goes away is of no interest either.
            let _ = accept(&stream);
        }
    });
    address
}

fn accept(mut stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}
