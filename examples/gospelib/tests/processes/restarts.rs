//! Services that are killed under load: the others go on, say so, and recover.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use glyph_tests::wait;
use serde_json::Value;

use crate::library::{Library, Service, signal};

/// The time between two requests.
const PAUSE: Duration = Duration::from_millis(5);

/// Requests one after the other, until it is stopped.
struct Load {
    ends: Arc<AtomicBool>,
    succeeded: Arc<AtomicU32>,
    failed: Arc<AtomicU32>,
    thread: JoinHandle<()>,
}

impl Load {
    fn on(service: Service) -> Self {
        let (ends, succeeded, failed) =
            <(Arc<AtomicBool>, Arc<AtomicU32>, Arc<AtomicU32>)>::default();
        let counters = (
            Arc::clone(&ends),
            Arc::clone(&succeeded),
            Arc::clone(&failed),
        );
        let thread = thread::spawn(move || {
            let (ends, succeeded, failed) = counters;
            while !ends.load(Relaxed) {
                let response = service.try_get("/passages/gen.1.1", "");
                let is_ok = response.is_some_and(|response| response.status == 200);
                let counter = if is_ok { &succeeded } else { &failed };
                counter.fetch_add(1, Relaxed);
                thread::sleep(PAUSE);
            }
        });
        Self {
            ends,
            succeeded,
            failed,
            thread,
        }
    }

    /// Waits until further requests succeed.
    fn goes_on(&self, what: &str) {
        let before = self.succeeded.load(Relaxed);
        wait::until(what, || self.succeeded.load(Relaxed) > before + 5);
    }

    /// Returns how many requests have failed.
    fn end(self) -> u32 {
        self.ends.store(true, Relaxed);
        self.thread.join().unwrap();
        self.failed.load(Relaxed)
    }
}

/// Returns the lines on a service with this message.
fn lines<'l>(log: &'l [Value], service: &str, message: &str) -> Vec<&'l Value> {
    let of_service = log.iter().filter(|line| line["service"] == service);
    of_service
        .filter(|line| line["message"] == message)
        .collect()
}

const ENDED: &str = "service ended, starting it again";

#[test]
fn killed_content_service_fails_requests_until_it_is_back() {
    let library = Library::start(&[]);
    let (gateway, content) = (library.service("gateway"), library.service("content"));
    let load = Load::on(gateway.clone());
    load.goes_on("passages are read");
    signal(content.id, "KILL");
    let transport = r#"error_type="transport""#;
    wait::until("calls fail", || {
        gateway.sum("http_client_errors_total", transport) > 0.0
    });
    wait::until("the service is back", || {
        content.sum("gospelib_restarts_total", "") >= 2.0
    });
    load.goes_on("passages are read again");
    wait::until("the gateway is ready", || {
        gateway.get("/readyz").status == 200
    });
    assert_eq!(gateway.sum("gospelib_restarts_total", ""), 1.0);
    assert!(load.end() > 0);
    let log = library.end();
    let [ended] = lines(&log, "content", ENDED)[..] else {
        panic!("one line: {log:?}");
    };
    assert!(
        ended["status"].as_str().unwrap().contains("signal: 9"),
        "{ended}"
    );
    assert_eq!(
        (&ended["pid"], &ended["level"]),
        (&content.id.into(), &"error".into())
    );
    assert!(!lines(&log, "gateway", "content service unreachable").is_empty());
}

#[test]
fn killed_ingest_service_disturbs_no_request() {
    let library = Library::start(&[]);
    let (gateway, ingest) = (library.service("gateway"), library.service("ingest"));
    let load = Load::on(gateway.clone());
    load.goes_on("passages are read");
    signal(ingest.id, "KILL");
    wait::until("the service is back", || {
        ingest.sum("gospelib_restarts_total", "") >= 2.0
    });
    load.goes_on("passages are read still");
    assert_eq!(load.end(), 0);
    assert_eq!(
        gateway.sum("gospelib_http_requests_total", r#"code="5xx""#),
        0.0
    );
    assert_eq!(lines(&library.end(), "ingest", ENDED).len(), 1);
}

#[test]
fn killed_gateway_is_back_at_its_address() {
    let library = Library::start(&[]);
    let (gateway, content) = (library.service("gateway"), library.service("content"));
    let load = Load::on(gateway.clone());
    load.goes_on("passages are read");
    signal(gateway.id, "KILL");
    wait::until("the service is back", || {
        gateway.sum("gospelib_restarts_total", "") >= 2.0
    });
    load.goes_on("passages are read again");
    assert_eq!(content.sum("gospelib_restarts_total", ""), 1.0);
    assert_eq!(
        content.sum("gospelib_http_requests_total", r#"code="5xx""#),
        0.0
    );
    load.end();
    assert_eq!(lines(&library.end(), "gateway", ENDED).len(), 1);
}

/// While the content service is down, the probe of the gateway names it.
#[test]
fn gateway_without_content_is_not_ready() {
    let library = Library::start(&["--fault", "content-down"]);
    let gateway = library.service("gateway");
    let probe = gateway.get("/readyz");
    assert_eq!(probe.status, 503);
    assert!(probe.body.contains(r#""content":"fail"#), "{}", probe.body);
    assert_eq!(gateway.get("/healthz").status, 200);
    assert_eq!(gateway.get("/passages/gen.1.1").status, 502);
    assert_eq!(gateway.get("/ask/grace").status, 200);
}

#[test]
fn service_that_crashes_is_started_with_growing_delays() {
    let library = Library::start(&["--fault", "crash"]);
    let ingest = library.service("ingest");
    wait::until("it was started four times", || {
        ingest.sum("gospelib_restarts_total", "") >= 4.0
    });
    assert_eq!(
        library.service("gateway").get("/passages/gen.1.1").status,
        200
    );
    let log = library.end();
    let delays: Vec<_> = lines(&log, "ingest", ENDED)
        .iter()
        .filter_map(|line| line["delay_ms"].as_f64())
        .collect();
    assert!(delays.len() >= 3, "{delays:?}");
    let doubled = delays
        .windows(2)
        .all(|pair| (pair[1] - 2.0 * pair[0]).abs() < 1e-6);
    assert!(doubled, "{delays:?}");
}
