//! What ends a profile, and how many there are at a time.

use std::time::{Duration, Instant};

use glyph_profile_tests::{
    client::{get, once_not, response},
    program::program,
};

use crate::{alone, running};

#[test]
fn one_is_taken_at_a_time_and_ends_with_its_client() {
    let _alone = alone();
    let (_telemetry, address) = program(|program| program);
    let started = Instant::now();
    let first = running(address);
    assert_eq!(get(address, "/api/v1/profile?seconds=1").status, 409);
    assert_eq!(get(address, "/healthz").status, 200);
    assert_eq!(get(address, "/metrics").status, 200);
    drop(first);
    let next = once_not(409, address, "/debug/pprof/profile?seconds=1");
    assert_eq!(next.status, 200, "{}", next.text());
    let elapsed = started.elapsed();
    assert!(
        elapsed < Duration::from_secs(60),
        "it went on without its client: {elapsed:?}"
    );
}

#[test]
fn shutdown_ends_it() {
    let _alone = alone();
    let (telemetry, address) = program(|program| program);
    let running = running(address);
    let started = Instant::now();
    let report = telemetry.shutdown_blocking(Duration::from_secs(50));
    let elapsed = started.elapsed();
    assert!(report.is_complete(), "{report}");
    assert!(
        elapsed < Duration::from_secs(50),
        "the shutdown took {elapsed:?}"
    );
    let response = response(running);
    assert_eq!(response.status, 503, "{response:?}");
    assert_eq!(response.text(), "the program shuts down\n");
}

#[test]
fn invalid_seconds_are_rejected() {
    let (_telemetry, address) = program(|program| program);
    for path in ["/debug/pprof/profile", "/api/v1/profile"] {
        for seconds in ["0", "61", "-1", "1.5", "ten", "10s", "99999999999999999999"] {
            let response = get(address, &format!("{path}?seconds={seconds}"));
            assert_eq!(response.status, 400, "{path} {seconds}: {response:?}");
            let expected = "invalid `seconds`: use an integer from 1 to 60\n";
            assert_eq!(response.text(), expected, "{path} {seconds}");
        }
    }
}
