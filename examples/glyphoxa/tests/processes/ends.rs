//! One of the processes ends under load. The other goes on, says so, and recovers.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

use serde_json::Value;

use glyph_tests::wait;

use crate::service::{Response, SILENT, Service, is_of_speech, said, speak};

/// Clients that speak at the same time.
const CLIENTS: usize = 3;

/// Requests to a gateway without a pause, until they are stopped.
struct Load<'s> {
    address: &'s str,
    file: Vec<u8>,
    has_ended: AtomicBool,
    responses: Mutex<Vec<Response>>,
}

/// Stops the requests when it is dropped, also by a failed test.
struct Ending<'l>(&'l AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl<'s> Load<'s> {
    fn to(address: &'s str) -> Self {
        Self {
            address,
            file: said("Tell me about the gate and the old bridge."),
            has_ended: AtomicBool::new(false),
            responses: Mutex::default(),
        }
    }

    fn run(&self) {
        while !self.has_ended.load(Relaxed) {
            // A connection that nobody accepted is no request.
            if let Some(response) = speak(self.address, "", &self.file) {
                self.responses.lock().unwrap().push(response);
            }
        }
    }

    fn count(&self, status: u16) -> usize {
        let responses = self.responses.lock().unwrap();
        let of_status = responses.iter().filter(|it| it.status == status);
        of_status.count()
    }

    /// Waits until there are more responses with a status.
    fn more(&self, status: u16) {
        let more = self.count(status) + 2 * CLIENTS;
        wait::until(&format!("more responses are {status}"), || {
            self.count(status) >= more
        });
    }

    /// Speaks while `work` runs.
    fn during<R>(&self, work: impl FnOnce() -> R) -> R {
        thread::scope(|scope| {
            let _ending = Ending(&self.has_ended);
            for _ in 0..CLIENTS {
                scope.spawn(|| self.run());
            }
            work()
        })
    }
}

fn answered(lines: &[Value]) -> usize {
    let answered = lines
        .iter()
        .filter(|line| line["msg"] == "utterance answered");
    answered.count()
}

#[test]
fn gateway_survives_a_killed_worker() {
    let mut worker = Service::worker(&[]);
    let gateway = worker.gateway(&["--speed", "20"]);
    let grpc = worker.grpc.clone();
    let load = Load::to(&gateway.address);
    let back = load.during(|| {
        load.more(200);
        assert!(gateway.readiness(200).contains("\"worker\":\"ok\""));
        worker.process.kill();
        load.more(503);
        // The probe and the metrics say what is missing; the process itself is well.
        let report = gateway.readiness(503);
        assert!(report.contains("\"worker\":\"fail"), "{report}");
        assert_eq!(gateway.get("/healthz").status, 200);
        let page = gateway.page();
        assert!(page.sum("glyphoxa_gateway_worker_up", &[]).abs() < f64::EPSILON);
        assert!(page.sum("glyphoxa_gateway_interrupted_conversations_total", &[]) > 0.0);
        assert!(page.sum("rpc_client_errors_total", &[]) > 0.0);
        // It is back at the same address, with another process.
        let back = Service::worker(&["--grpc-listen", &grpc]);
        gateway.readiness(200);
        load.more(200);
        wait::until("the gateway has its worker", || {
            gateway.sum("glyphoxa_gateway_worker_up", &[]) == 1
        });
        // The sessions have begun again.
        wait::until("the sessions are back", || {
            back.sum("glyphoxa_active_sessions", &[]) >= 6
        });
        back
    });
    let lines = gateway.stop();
    for (level, message) in [
        ("ERROR", "worker unreachable"),
        ("INFO", "worker answers again"),
    ] {
        let line = lines.iter().find(|line| line["msg"] == message);
        assert_eq!(
            line.map(|line| &line["level"]),
            Some(&Value::from(level)),
            "{message}"
        );
    }
    back.stop();
}

#[test]
fn worker_survives_a_killed_gateway() {
    let worker = Service::worker(&[]);
    let mut gateway = worker.gateway(&["--speed", "20"]);
    let sessions = || worker.sum("glyphoxa_active_sessions", &[]);
    wait::until("the sessions are active", || sessions() == 6);
    gateway.process.kill();
    wait::until("the sessions have ended", || sessions() == 0);
    worker.readiness(200);
    let another = worker.gateway(&SILENT);
    assert_eq!(another.speak(&said("Open the gate.")).status, 200);
    another.stop();
    worker.stop();
}

#[test]
fn terminated_gateway_loses_no_request_that_it_accepted() {
    let worker = Service::worker(&[]);
    let gateway = worker.gateway(&SILENT);
    let address = gateway.address.clone();
    let load = Load::to(&address);
    let lines = load.during(|| {
        load.more(200);
        gateway.stop()
    });
    let responses = load.responses.lock().unwrap();
    let broken: Vec<_> = responses.iter().filter(|it| it.status != 200).collect();
    assert!(broken.is_empty(), "{broken:?}");
    assert!(responses.iter().all(|it| it.json()["reply"].is_string()));
    // Each has its line, also those that ended after the signal.
    let completed = lines.iter().filter(|line| is_of_speech(line));
    let completed: Vec<_> = completed.collect();
    assert_eq!(
        completed.len(),
        responses.len(),
        "{completed:#?} {responses:?}"
    );
    assert_eq!(answered(&worker.stop()), responses.len());
}

#[test]
fn terminated_worker_answers_what_it_accepted() {
    let worker = Service::worker(&[]);
    let gateway = worker.gateway(&SILENT);
    let load = Load::to(&gateway.address);
    let lines = load.during(|| {
        load.more(200);
        let lines = worker.stop();
        load.more(503);
        lines
    });
    assert_eq!(answered(&lines), load.count(200));
    let others = load.responses.lock().unwrap();
    assert!(
        others.iter().all(|it| [200, 503].contains(&it.status)),
        "{others:?}"
    );
    drop(others);
    gateway.stop();
}

#[test]
fn terminated_process_answers_what_was_said() {
    let all = Service::start(&["--speed", "20"]);
    let answers = || all.sum("glyphoxa_npc_utterances_total", &[]);
    wait::until("there are answers", || answers() >= 3);
    let lines = all.stop();
    let ended = lines.iter().filter(|line| line["msg"] == "session ends");
    let begun = lines.iter().filter(|line| line["msg"] == "session begins");
    assert_eq!(ended.clone().count(), begun.count());
    let unanswered = ended.map(|line| line["unanswered"].as_u64().unwrap());
    assert_eq!(unanswered.sum::<u64>(), 0);
}
