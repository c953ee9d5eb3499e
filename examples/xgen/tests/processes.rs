//! The processes of the proxy: stopped, killed and ended under load.
#![cfg(target_os = "linux")]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod errors;
mod running;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use glyph_tests::wait;
use running::{Origin, Running};
use serde_json::Value;

const PLUGINS: [&str; 3] = ["headers", "links", "secrets"];

/// Flows that fill a queue: one is with the plugin, and 32 wait.
const TAKEN: u64 = 33;

fn signal(pid: u32, name: &str) {
    let mut kill = std::process::Command::new("kill");
    kill.args(["-s", name, &pid.to_string()]);
    assert!(kill.status().unwrap().success());
}

/// Returns the parent of a process.
fn parent(pid: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mut parents = status.lines().filter_map(|line| line.strip_prefix("PPid:"));
    parents.next().unwrap().trim().parse().unwrap()
}

#[test]
fn each_plugin_is_a_process() {
    let running = Running::start(&[]);
    let pids: BTreeSet<_> = PLUGINS.map(|plugin| running.pid(plugin)).into();
    assert_eq!(pids.len(), 3);
    assert!(pids.iter().all(|pid| parent(*pid) == running.process.id()));
    running.end();
    let is_there = |pid: &u32| fs::exists(format!("/proc/{pid}")).unwrap();
    wait::until("the plugins have ended", || !pids.iter().any(is_there));
}

#[test]
fn stopped_plugin_shows_in_its_queue_and_nowhere_else() {
    let origin = Origin::start();
    let running = Running::start(&[]);
    let headers = running.pid("headers");
    signal(headers, "STOP");
    for number in 0..TAKEN + 7 {
        assert_eq!(running.ask(&origin.page(number)), Some(200));
    }
    assert_eq!(origin.answered(), TAKEN + 7);
    let dropped = BTreeMap::from([("plugin_events_dropped_total{plugin=headers}".to_owned(), 7)]);
    wait::until("what has no place is dropped", || {
        errors::of(&running.metrics()) == dropped
    });
    let page = running.metrics();
    let gauge = |name: &str, plugin: &str| page.sum(name, &[&format!("plugin=\"{plugin}\"")]);
    // The condition of the alert `0xgenQueueBackpressure`.
    let is_full = |plugin: &&str| {
        gauge("glyph_plugin_queue_length", plugin) / gauge("glyph_plugin_queue_capacity", plugin)
            > 0.8
    };
    let full: Vec<_> = PLUGINS
        .into_iter()
        .filter(|plugin| is_full(plugin))
        .collect();
    assert_eq!(full, ["headers"]);
    let (status, report) = running.readiness();
    assert_eq!(status, 503);
    assert_eq!(
        report["checks"]["plugin_headers"],
        "fail: the queue is full"
    );
    assert_eq!(report["checks"]["plugin_links"], "ok");

    signal(headers, "CONT");
    wait::until("the queue is empty", || {
        running.metrics().sum("glyph_plugin_queue_length", &[]) < 0.5
    });
    wait::until("the proxy is ready", || running.readiness().0 == 200);
    assert_eq!(errors::of(&running.metrics()), dropped);
    running.end();
}

#[test]
fn killed_plugins_start_again_and_the_others_go_on() {
    let origin = Origin::start();
    let mut running = Running::start(&[]);
    let address = running.proxy.clone();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut sent = 0;
            while !is_over.load(Relaxed) {
                let answer = running::ask(&address, &origin.page(sent));
                assert_eq!(answer, Some(200));
                sent += 1;
                thread::sleep(std::time::Duration::from_millis(2));
            }
            sent
        });
        for plugin in PLUGINS {
            let before = running.pid(plugin);
            let found = || {
                running
                    .metrics()
                    .sum("glyph_flow_dispatch_seconds_count", &[])
            };
            let dispatched = found();
            signal(before, "KILL");
            wait::until("other plugins get flows", || found() > dispatched);
            assert_ne!(running.next_pid(plugin), before);
            wait::until("the proxy is ready", || running.readiness().0 == 200);
        }
        is_over.store(true, Relaxed);
        assert_eq!(load.join().unwrap(), origin.answered());
    });
    let mut errors = errors::of(&running.metrics());
    for plugin in PLUGINS {
        let restarts = errors.remove(&format!("plugin_restarts_total{{plugin={plugin}}}"));
        assert_eq!(restarts, Some(1), "{plugin}");
        // At most the flow that it had was lost with it.
        let failure = format!("plugin_failures_total{{plugin={plugin},reason=exited}}");
        assert!(errors.remove(&failure).is_none_or(|flows| flows == 1));
    }
    let streams = "rpc_duration_seconds_count{method=event_stream,status=error}".to_owned();
    assert_eq!(errors, BTreeMap::from([(streams, 3)]));
    let log = running.end();
    let lost = log.iter().filter(|line| line["error.type"] == "exited");
    assert_eq!(lost.count(), 3, "a line for each that was lost");
}

#[test]
fn end_under_load_loses_nothing_that_was_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["flows", "cases"].map(|name| folder.path().join(name));
    let [flows, cases] = paths.each_ref().map(|path| path.to_str().unwrap());
    let origin = Origin::start();
    let running = Running::start(&["--flows-file", flows, "--cases-file", cases]);
    let address = running.proxy.clone();
    let received = thread::scope(|scope| {
        let client = || {
            let answers = (0..).map_while(|number| running::ask(&address, &origin.page(number)));
            answers.filter(|status| *status == 200).count()
        };
        let clients = [(); 4].map(|()| scope.spawn(client));
        wait::until("there is load", || origin.answered() > 50);
        running.end();
        let received: usize = clients.map(|client| client.join().unwrap()).iter().sum();
        received
    });
    let [flows, cases] = paths.map(|path| fs::read_to_string(path).unwrap());
    let of_headers = cases.lines().filter(|case| {
        let case: Value = serde_json::from_str(case).unwrap();
        case["plugin"] == "headers"
    });
    let (flows, cases) = (flows.lines().count(), of_headers.count());
    assert_eq!((flows as u64, cases), (origin.answered(), flows));
    assert!(received <= flows && received > 50, "{received} of {flows}");
}
