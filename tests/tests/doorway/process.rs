//! A program of a page while it runs.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use glyph_tests::wait;
use rustix::process::{Pid, Signal, kill_process};

use super::Package;

#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    output: PathBuf,
}

impl Process {
    pub(crate) fn start(package: &Package, arguments: &[String]) -> Self {
        let output = package.folder().join("output");
        let file = File::create(&output).expect("a file for the output");
        let errors = file.try_clone().expect("the same file");
        let child = Command::new(package.program())
            .args(arguments)
            .current_dir(package.folder())
            .env("OTEL_EXPORTER_PROMETHEUS_PORT", &package.admin_port)
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .spawn();
        let child = child.expect("the program of the page starts");
        Self { child, output }
    }

    fn shown(&self) -> String {
        fs::read_to_string(&self.output).expect("the output")
    }

    /// Waits for the end of the program, whose output has these lines.
    pub(crate) fn finish(&mut self, lines: &[String]) {
        wait::until("the program ends", || {
            self.child.try_wait().unwrap().is_some()
        });
        let shown = self.shown();
        for line in lines {
            assert!(shown.contains(line), "no `{line}` in:\n{shown}");
        }
    }

    /// Requests `url`, whose response has these lines. Metrics are recorded after a response was read,
    /// so `/metrics` is requested until it has them.
    pub(crate) fn get(&mut self, url: &str, lines: &[String]) {
        let repeats = url.ends_with("/metrics") || url.ends_with("/readyz");
        let mut response = None;
        wait::until(&format!("{url} responds with {lines:#?}"), || {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the program ended with {status}:\n{}", self.shown());
            }
            if response.is_none() || repeats {
                response = fetch(url);
            }
            let has = |text: &String| lines.iter().all(|line| text.contains(line));
            response.as_ref().is_some_and(has)
        });
    }

    /// Ends the program as an operator does.
    pub(crate) fn terminate(mut self) {
        if self.child.try_wait().unwrap().is_some() {
            return;
        }
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("the program runs");
        wait::until("the program ends after SIGTERM", || {
            self.child.try_wait().unwrap().is_some()
        });
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}:\n{}", self.shown());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _has_ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Returns the body of the response, or `None` if nothing responds.
fn fetch(url: &str) -> Option<String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let mut response = agent.get(url).call().ok()?;
    response.body_mut().read_to_string().ok()
}
