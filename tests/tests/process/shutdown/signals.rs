//! A program that is told to end.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::shutdown::in_time;

const SIGINT: u64 = 2;
const SIGTERM: u64 = 15;

/// A running program, killed when it is dropped.
struct Service {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
    spans: std::path::PathBuf,
}

impl Service {
    fn start(drain: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spans = folder.path().join("spans.jsonl");
        let mut child = Command::new(env!("CARGO_BIN_EXE_signal-child"))
            .arg(&spans)
            .arg(drain.as_millis().to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut address).unwrap();
        Self {
            child,
            address: address.trim().to_owned(),
            _folder: folder,
            spans,
        }
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &self.child.id().to_string()]);
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

    /// Waits until readiness has turned.
    fn drains(&self) {
        while self.readiness() == 200 {
            std::thread::yield_now();
        }
        assert_eq!(self.readiness(), 503);
    }

    /// Waits until both signals are caught: before that they end the program at once.
    fn listens_to_signals(&self) {
        let status = format!("/proc/{}/status", self.child.id());
        let wanted = (1 << (SIGINT - 1)) | (1 << (SIGTERM - 1));
        loop {
            let status = std::fs::read_to_string(&status).unwrap();
            let mut caught = status
                .lines()
                .filter_map(|line| line.strip_prefix("SigCgt:"));
            let caught = u64::from_str_radix(caught.next().unwrap().trim(), 16).unwrap();
            if caught & wanted == wanted {
                return;
            }
            std::thread::yield_now();
        }
    }

    /// Its log, after it has ended well.
    fn end(mut self) -> String {
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut log).unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        let spans = std::fs::read_to_string(&self.spans).unwrap();
        assert!(spans.contains("\"work\""), "{spans}");
        log
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_gone = self.child.wait();
    }
}

#[test]
fn a_signal_drains_flushes_and_ends_it() {
    for signal in ["TERM", "INT"] {
        in_time(signal, move || {
            let service = Service::start(Duration::ZERO);
            service.listens_to_signals();
            assert_eq!(service.readiness(), 200);
            service.signal(signal);
            assert!(service.end().contains("worked"));
        });
    }
}

#[test]
fn while_it_drains_it_is_not_ready_and_a_second_signal_ends_that() {
    in_time("draining", || {
        let service = Service::start(Duration::from_secs(3600));
        service.listens_to_signals();
        service.signal("TERM");
        service.drains();
        service.signal("TERM");
        assert!(service.end().contains("worked"));
    });
}
