//! A process that ends when a signal arrives.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use glyph_tests::{children::Process, environment, wait};

const SIGINT: u32 = 2;
const SIGTERM: u32 = 15;

struct Service {
    process: Process,
    address: String,
    _folder: tempfile::TempDir,
    spans: PathBuf,
}

impl Service {
    fn start(drain: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spans = folder.path().join("spans.jsonl");
        let mut command = Command::new(env!("CARGO_BIN_EXE_signal-child"));
        environment::clean(&mut command)
            .arg(&spans)
            .arg(drain.as_millis().to_string());
        let mut process = Process::start(&mut command);
        let address = process.line("the service's address");
        Self {
            process,
            address,
            _folder: folder,
            spans,
        }
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &self.process.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    fn readiness(&self) -> u16 {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .new_agent();
        let response = agent.get(format!("http://{}/readyz", self.address)).call();
        response.unwrap().status().as_u16()
    }

    /// Waits until readiness has changed.
    fn drains(&self) {
        wait::until("it is not ready", || self.readiness() != 200);
        assert_eq!(self.readiness(), 503);
    }

    /// Waits until both signals are handled.
    fn listens_to_signals(&self) {
        self.process.handles(&[SIGINT, SIGTERM]);
    }

    /// Returns its log after a successful exit.
    fn end(self) -> String {
        let ended = self.process.end("the service");
        assert!(ended.status.success(), "{}", ended.errors);
        let spans = fs::read_to_string(&self.spans).unwrap();
        assert!(spans.contains("\"work\""), "{spans}");
        ended.errors
    }
}

#[test]
fn signal_drains_flushes_and_ends_the_process() {
    for signal in ["TERM", "INT"] {
        let service = Service::start(Duration::ZERO);
        service.listens_to_signals();
        assert_eq!(service.readiness(), 200);
        service.signal(signal);
        assert!(service.end().contains("worked"));
    }
}

#[test]
fn draining_service_is_not_ready_until_a_second_signal() {
    let service = Service::start(Duration::from_secs(3600));
    service.listens_to_signals();
    service.signal("TERM");
    service.drains();
    service.signal("TERM");
    assert!(service.end().contains("worked"));
}
