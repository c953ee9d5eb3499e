//! Profiles of the memory of a program that has chosen jemalloc.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{env, hint::black_box, process::Command};

use glyph_profile_tests::{client::get, program::program, reader::Profile};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const MIB: i64 = 1 << 20;

/// Allocates 64 MiB, which its caller keeps.
#[inline(never)]
fn hoard() -> Vec<Vec<u8>> {
    (0..64).map(|byte| black_box(vec![byte; 1 << 20])).collect()
}

/// Allocates 64 MiB, which nobody keeps.
#[inline(never)]
fn waste() {
    for byte in 0..64_u8 {
        drop(black_box(vec![byte; 1 << 20]));
    }
}

/// Runs an ignored test in a process whose jemalloc has these settings.
fn run(test: &str, settings: &str) {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", test, "--ignored", "--nocapture"]);
    let output = child.env("_RJEM_MALLOC_CONF", settings).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{errors}"
    );
}

#[test]
fn profiles_name_the_functions_that_allocate() {
    run(
        "child_counts_all",
        "prof:true,prof_accum:true,lg_prof_sample:16",
    );
}

#[test]
#[ignore = "run by another test, with settings of jemalloc"]
fn child_counts_all() {
    let (_telemetry, address) = program(|program| program);
    let kept = hoard();
    waste();
    let profile = |path: &str| {
        let response = get(address, path);
        assert_eq!(response.status, 200, "{}", response.text());
        Profile::read(&response.body)
    };
    let heap = profile("/debug/pprof/heap");
    assert_eq!(
        heap.sample_types,
        [("inuse_space".to_owned(), "bytes".to_owned())]
    );
    let (hoarded, wasted) = (heap.of("memory::hoard"), heap.of("memory::waste"));
    assert!(
        (48 * MIB..80 * MIB).contains(&hoarded),
        "{hoarded}: {:?}",
        heap.functions()
    );
    assert!(wasted < 4 * MIB, "{wasted}");
    let allocs = profile("/debug/pprof/allocs");
    assert_eq!(
        allocs.sample_types,
        [("alloc_space".to_owned(), "bytes".to_owned())]
    );
    for name in ["memory::hoard", "memory::waste"] {
        let allocated = allocs.of(name);
        assert!(
            (48 * MIB..80 * MIB).contains(&allocated),
            "{name}: {allocated}"
        );
    }
    drop(kept);
}

#[test]
fn allocations_need_accumulation() {
    run("child_counts_memory_in_use", "prof:true,lg_prof_sample:16");
}

#[test]
#[ignore = "run by another test, with settings of jemalloc"]
fn child_counts_memory_in_use() {
    let (_telemetry, address) = program(|program| program);
    let kept = hoard();
    let heap = Profile::read(&get(address, "/debug/pprof/heap").body);
    assert!(
        heap.of("memory::hoard") > 48 * MIB,
        "{:?}",
        heap.functions()
    );
    let allocs = get(address, "/debug/pprof/allocs");
    assert_eq!(allocs.status, 501, "{}", allocs.text());
    assert!(
        allocs.text().contains("prof_accum:true"),
        "{}",
        allocs.text()
    );
    drop(kept);
}

#[test]
fn memory_needs_counting() {
    run("child_counts_nothing", "prof:false");
    run("child_counts_nothing", "prof:true,prof_active:false");
}

#[test]
#[ignore = "run by another test, with settings of jemalloc"]
fn child_counts_nothing() {
    let (_telemetry, address) = program(|program| program);
    for path in ["/debug/pprof/heap", "/debug/pprof/allocs"] {
        let response = get(address, path);
        assert_eq!(response.status, 501, "{}", response.text());
        assert!(
            response.text().contains("jemalloc counts nothing"),
            "{}",
            response.text()
        );
    }
}
