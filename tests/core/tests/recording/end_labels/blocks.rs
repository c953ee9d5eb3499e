//! Setters on a running block.

use std::panic::{AssertUnwindSafe, catch_unwind};

use glyph_core::{
    CallStatus::{Cancelled, Error, Ok as Returned, Panicked, Timeout},
    Outcome, testing,
};

use super::{Cache, Store, assert_only, lookups, stage};

const STORE: Store = Store::Disk;

fn started() -> stage::lookup_running {
    stage::lookup { store: STORE }.start()
}

#[test]
fn block_sets_the_label() {
    let captured = testing::capture();
    let mut running = started();
    running.set_cache(Cache::Hit);
    assert_eq!(captured.span("lookup").field("cache"), Some("hit"));
    running.finish();
    assert_only(&captured, STORE, Cache::Hit, Returned);
}

#[test]
fn last_value_counts() {
    let captured = testing::capture();
    let mut running = started();
    running.set_cache(Cache::Miss);
    running.set_cache(Cache::Hit);
    running.finish_as(Outcome::Timeout);
    assert_only(&captured, STORE, Cache::Hit, Timeout);
}

#[test]
fn block_that_sets_nothing_has_the_declared_value() {
    let captured = testing::capture();
    let running = started();
    assert_eq!(captured.span("lookup").field("cache"), None);
    running.finish();
    assert_only(&captured, STORE, Cache::Unknown, Returned);
}

#[test]
fn early_return_keeps_the_value() {
    fn parsed(text: &str) -> Result<u8, std::num::ParseIntError> {
        let mut running = started();
        running.set_cache(Cache::Miss);
        let value = text.parse()?;
        running.finish();
        Ok(value)
    }

    let captured = testing::capture();
    parsed("x").unwrap_err();
    assert_only(&captured, STORE, Cache::Miss, Cancelled);
}

#[test]
fn panic_keeps_the_value() {
    let captured = testing::capture();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut running = started();
        running.set_cache(Cache::Miss);
        running.in_scope(|| panic!("on purpose"))
    }));
    assert!(panicked.is_err());
    assert_only(&captured, STORE, Cache::Miss, Panicked);
}

#[test]
fn failure_has_the_value_and_the_error() {
    let captured = testing::capture();
    let mut running = started();
    running.set_cache(Cache::Miss);
    running.fail("it failed");
    assert_only(&captured, STORE, Cache::Miss, Error);
    assert_eq!(captured.span("lookup").status(), Some("ERROR"));
}

#[test]
fn call_continues_on_another_thread() {
    // Outside of a capture, which is one thread's. Nothing else records in this store there.
    let mut running = stage::lookup {
        store: Store::Redis,
    }
    .start();
    let ended = std::thread::spawn(move || {
        running.set_cache(Cache::Hit);
        running.finish();
    });
    ended.join().unwrap();
    assert_eq!(lookups(Store::Redis, Cache::Hit, Returned), 1);
}

#[test]
fn time_methods_record_the_declared_value() {
    let captured = testing::capture();
    assert_eq!(stage::lookup { store: STORE }.time(|| 7), 7);
    assert_only(&captured, STORE, Cache::Unknown, Returned);
}
