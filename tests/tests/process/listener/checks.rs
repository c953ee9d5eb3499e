//! Checks of a service that was installed outside of a runtime.

use std::time::{Duration, Instant};

use glyph_tests::wait::until;

use super::{
    LIMIT, Service,
    clients::{Clients, Kind},
    get,
};

#[test]
fn check_that_blocks_stops_no_probe() {
    let service = Service::start(&["--listener=127.0.0.1:0", "--blocking-check"]);
    for reason in ["timed out after 100ms", "still busy with an earlier probe"] {
        let ready = get(service.address, "/readyz", LIMIT).unwrap();
        assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
        assert!(ready.contains(r#""counted":"ok""#), "{ready}");
        assert!(ready.contains(reason), "{ready}");
        assert!(service.probe("/healthz") < LIMIT);
        assert!(service.probe("/metrics") < LIMIT);
        // A report is shared for a second.
        std::thread::sleep(Duration::from_millis(1100));
    }
}

#[test]
fn probes_of_a_slow_check_keep_no_other_probe_out() {
    let arguments = ["--listener=127.0.0.1:0", "--slow-check"];
    let service = Service::with_descriptors(256, &arguments);
    let clients = Clients::start(service.address, &[Kind::Leaving], 200);
    until("the clients are connected", || clients.connected() >= 200);
    for _ in 0..40 {
        assert!(service.probe("/healthz") < LIMIT);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn checks_run_once_a_second_however_many_probe() {
    let mut service = Service::start(&["--listener=127.0.0.1:0"]);
    let address = service.address;
    let begun = Instant::now();
    let probing = (0..8).map(|_| {
        std::thread::spawn(move || {
            let mut probes = 0_u64;
            while begun.elapsed() < Duration::from_millis(2500) {
                super::probe(address, "/readyz");
                probes += 1;
            }
            probes
        })
    });
    let probing: Vec<_> = probing.collect();
    let probes: u64 = probing
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .sum();
    let runs: u64 = service.ask("runs").parse().unwrap();
    assert!((1..=4).contains(&runs), "{runs} runs for {probes} probes");
}

#[test]
fn large_page_of_another_recorder_stops_no_probe() {
    let mut service = Service::start(&["--listener=127.0.0.1:0"]);
    service.ask("register 150000");
    let address = service.address;
    let scrape = std::thread::spawn(move || get(address, "/metrics", 60 * LIMIT).unwrap());
    let mut longest = Duration::ZERO;
    while !scrape.is_finished() {
        longest = longest.max(service.probe("/healthz"));
        std::thread::sleep(Duration::from_millis(5));
    }
    let page = scrape.join().unwrap();
    assert_eq!(page.matches("\nlibrary_things_total{").count(), 150_000);
    assert!(longest < LIMIT, "{longest:?}");
}
