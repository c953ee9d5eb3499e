//! Profiles of a program that panics and allocates on all processors.

use std::{
    hint::black_box,
    panic::{catch_unwind, set_hook, take_hook},
    sync::Once,
    thread,
};

use glyph_profile_tests::{
    client::get,
    program::{Busy, churn, program},
    reader::Profile,
};

use crate::alone;

const PANICKING: &str = "panicking";

/// Keeps the panics of the load out of the output.
fn quiet_load() {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            let backtrace = std::backtrace::Backtrace::force_capture();
            if thread::current().name() == Some(PANICKING) {
                drop(black_box(backtrace));
            } else {
                before(panic);
            }
        }));
    });
}

fn fail() {
    let depth = black_box(40_u32);
    let caught = catch_unwind(|| deep(depth));
    assert!(caught.is_err());
}

fn deep(depth: u32) -> Vec<u32> {
    let mut kept = vec![depth; 64];
    assert!(depth > 0, "the load panics");
    kept.extend(deep(depth - 1));
    kept
}

fn allocate() {
    let parts: Vec<String> = (0..200).map(|part| format!("{part:>64}")).collect();
    black_box(parts);
}

fn profiled_for(seconds: u64) {
    let _alone = alone();
    quiet_load();
    let (_telemetry, address) = program(|program| program);
    let _panicking = Busy::start(PANICKING, 2, fail);
    let _allocating = Busy::start("allocating", 2, allocate);
    let _churning = Busy::start("churning", 2, || {
        let _ = churn(100_000);
    });
    let response = get(address, &format!("/debug/pprof/profile?seconds={seconds}"));
    assert_eq!(response.status, 200, "{}", response.text());
    let profile = Profile::read(&response.body);
    assert!(profile.of("churn") > 0, "{:?}", profile.functions());
    assert_eq!(get(address, "/healthz").status, 200);
}

#[test]
fn panics_and_load_do_not_hang_a_profile() {
    profiled_for(3);
}

#[test]
#[ignore = "takes 30 s"]
fn panics_and_load_do_not_hang_a_profile_of_30_seconds() {
    profiled_for(30);
}
