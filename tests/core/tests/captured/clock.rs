//! The clock that a test controls.

use std::{pin::pin, thread, time::Duration};

use futures_util::FutureExt;
use glyph_core::{instrument_stage, testing};

use crate::catalog::{Metrics, Provider, Status, stage};

const QUARTER: Duration = Duration::from_millis(250);

#[test]
fn frozen_clock_moves_only_by_the_test() {
    let captured = testing::capture().frozen();
    let before = captured.clock().elapsed();
    stage::tts {}.time(thread::yield_now);
    assert_eq!(captured.histogram::<stage::tts>().sum(), 0.0);
    stage::tts {}.time(|| captured.clock().advance(QUARTER));
    let taken = captured.histogram::<stage::tts>();
    assert_eq!((taken.count(), taken.sum()), (2, 0.25));
    assert_eq!(captured.clock().elapsed(), before + QUARTER);
}

#[test]
fn running_clock_can_be_advanced() {
    let captured = testing::capture();
    stage::tts {}.time(|| captured.clock().advance(Duration::from_secs(3600)));
    assert!(captured.histogram::<stage::tts>().sum() >= 3600.0);
    let buckets = captured.histogram::<stage::tts>().snapshot();
    assert_eq!(buckets.buckets().last(), Some((f64::INFINITY, 1)));
}

#[test]
fn every_capture_has_its_own_clock() {
    let outer = testing::capture().frozen();
    let started = stage::tts {}.start();
    {
        let inner = testing::capture().frozen();
        inner.clock().advance(QUARTER);
        stage::tts {}.time(|| inner.clock().advance(QUARTER));
        assert_eq!(inner.histogram::<stage::tts>().sum(), 0.25);
    }
    outer.clock().advance(QUARTER * 2);
    started.finish();
    assert_eq!(outer.histogram::<stage::tts>().sum(), 0.5);
}

#[test]
fn call_begun_outside_of_the_capture_has_its_real_duration() {
    let started = stage::tts {}.start();
    let captured = testing::capture().frozen();
    captured.clock().advance(Duration::from_secs(3600));
    started.finish();
    let taken = captured.histogram::<stage::tts>();
    assert_eq!(taken.count(), 1);
    assert!(taken.sum() < 3600.0);
}

#[test]
fn dropped_call_has_the_elapsed_duration() {
    let captured = testing::capture().frozen();
    {
        let provider = Provider::Deepgram;
        let mut call = pin!(stage::stt { provider }.time_async(std::future::pending::<()>()));
        assert!(call.as_mut().now_or_never().is_none());
        captured.clock().advance(QUARTER);
    }
    let cancelled = captured.histogram::<stage::stt>().with(Status::Cancelled);
    assert_eq!((cancelled.count(), cancelled.sum()), (1, 0.25));
    assert_eq!(captured.counter(&Metrics::global().requests).value(), 1);
}

#[test]
fn the_time_before_the_first_poll_is_not_counted() {
    #[instrument_stage(stage::tts)]
    async fn speak() {}
    let captured = testing::capture().frozen();
    let (function, block) = (speak(), stage::tts {}.time_async(async {}));
    captured.clock().advance(QUARTER);
    function.now_or_never().unwrap();
    block.now_or_never().unwrap();
    let taken = captured.histogram::<stage::tts>();
    assert_eq!((taken.count(), taken.sum()), (2, 0.0));
}
