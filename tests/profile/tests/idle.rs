//! A program of which nobody asks for a profile.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::fs;

use glyph_profile_tests::{client::get, program::program};

/// The bit of `SIGPROF` in the masks of `/proc`.
const SIGPROF: u64 = 1 << 26;

fn caught() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap()
}

#[test]
fn nothing_is_sampled_unless_a_request_asks() {
    let (_telemetry, address) = program(|program| program.console(true));
    for path in ["/metrics", "/", "/api/v1/overview", "/debug/pprof/heap"] {
        let response = get(address, path);
        assert!(
            [200, 501].contains(&response.status),
            "{path}: {response:?}"
        );
    }
    assert_eq!(get(address, "/debug/pprof/profile?seconds=0").status, 400);
    assert_eq!(caught() & SIGPROF, 0, "a handler of SIGPROF is set");
    assert_eq!(get(address, "/debug/pprof/profile?seconds=1").status, 200);
    assert_eq!(caught() & SIGPROF, 0, "a handler of SIGPROF is still set");
}
