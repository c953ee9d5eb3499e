//! A faulty collector loses items of any signal, which are counted, and has no other effect.

use std::{thread, time::Duration};

use glyph_runtime::trace::{DropReason, Protocol};
use glyph_tests::{
    cases::in_parallel,
    receiver::{Answer, any::Receiver, half_closes, nobody, raw},
    wait,
};

use crate::signals::{Exporter, LONG, Signal, after_one_batch, impatient};

type Case = (Signal, Protocol);

/// Runs `test` with each signal over each protocol, and with each fault.
fn with_each<F: Clone + Send + std::fmt::Debug>(
    faults: impl IntoIterator<Item = F>,
    test: impl Fn(Case, F) + Sync,
) {
    let cases = faults.into_iter().flat_map(|fault| {
        let with_fault = move |case| (case, fault.clone());
        Signal::over_each_protocol().map(with_fault)
    });
    in_parallel(cases, |(case, fault)| test(case, fault));
}

#[test]
fn temporary_failure_is_retried() {
    with_each(
        [Answer::Unavailable, Answer::Hang],
        |(signal, protocol), fault| {
            let receiver = Receiver::start([fault]);
            let mut settings = impatient(&receiver.endpoint(), protocol);
            settings.timeout = Duration::from_secs(3);
            let counts = after_one_batch(signal, settings);
            assert_eq!((counts.exported, counts.failures), (3, 1));
            assert_eq!(
                (receiver.received().len(), receiver.accepted().len()),
                (2, 1)
            );
        },
    );
}

#[test]
fn retry_waits_as_long_as_the_collector_asked() {
    with_each([Answer::BackInASecond], |(signal, protocol), fault| {
        let receiver = Receiver::start([fault]);
        let counts = after_one_batch(signal, impatient(&receiver.endpoint(), protocol));
        assert_eq!((counts.exported, counts.failures), (3, 1));
        let requests = signal.requests(&receiver);
        let pause = requests[1] - requests[0];
        assert!(pause >= Duration::from_millis(990), "{pause:?}");
    });
}

#[test]
fn rejected_request_is_not_retried() {
    let faults = [
        Answer::Refuse,
        Answer::Broken,
        Answer::Garbage,
        Answer::Long,
        Answer::Bomb,
        Answer::LongHead,
        Answer::ManyHeaders,
        Answer::Status(404),
        Answer::Redirect,
    ];
    with_each(faults, |(signal, protocol), fault| {
        let receiver = Receiver::start([fault]);
        let mut settings = impatient(&receiver.endpoint(), protocol);
        settings.timeout = LONG;
        let counts = after_one_batch(signal, settings);
        assert_eq!(counts.dropped_for(DropReason::Rejected), 3, "{counts:?}");
        assert_eq!(receiver.received().len(), 1);
    });
}

#[test]
fn accepted_request_is_not_sent_again_if_its_response_is_slow() {
    let faults = [Answer::Trickle, Answer::Endless];
    with_each(faults, |(signal, protocol), fault| {
        let receiver = Receiver::start([fault]);
        let counts = after_one_batch(signal, impatient(&receiver.endpoint(), protocol));
        assert_eq!(counts.dropped_for(DropReason::Rejected), 3);
        assert_eq!(receiver.received().len(), 1);
    });
}

#[test]
fn partial_success_is_counted_in_part() {
    with_each([1, 3], |(signal, protocol), rejected| {
        let receiver = Receiver::start([Answer::AcceptBut(rejected)]);
        let counts = after_one_batch(signal, impatient(&receiver.endpoint(), protocol));
        let rejected = rejected.unsigned_abs();
        assert_eq!(counts.exported, 3 - rejected);
        assert_eq!(counts.dropped_for(DropReason::Rejected), rejected);
        assert_eq!(counts.failures, 0, "{counts:?}");
        let error = counts.last_error.unwrap_or_default();
        assert!(error.contains(&format!("rejected {rejected} ")), "{error}");
        assert!(error.ends_with(": too old"), "{error}");
    });
}

#[test]
fn failure_before_a_success_is_no_reason_for_a_later_loss() {
    with_each([()], |(signal, protocol), ()| {
        let receiver = Receiver::start([Answer::Unavailable, Answer::Accept, Answer::Hang]);
        let mut settings = impatient(&receiver.endpoint(), protocol);
        settings.timeout = LONG;
        let exporter = Exporter::start(signal, settings, Duration::from_secs(3600), LONG);
        exporter.produce(1);
        exporter.flush(LONG).unwrap();
        exporter.produce(1);
        let undelivered = exporter.flush(Duration::from_millis(300)).unwrap_err();
        let part = &undelivered.parts[0];
        assert_eq!(part.error.as_deref(), Some("no response yet"), "{part}");
        let url = part.url.as_deref().unwrap_or_default();
        assert!(url.starts_with(&receiver.endpoint()), "{part}");
    });
}

#[test]
fn slow_collector_loses_nothing() {
    let slow = Answer::Slow(Duration::from_millis(200));
    with_each([slow], |(signal, protocol), slow| {
        let receiver = Receiver::start([slow]);
        let counts = after_one_batch(signal, impatient(&receiver.endpoint(), protocol));
        assert_eq!((counts.exported, counts.failures), (3, 0));
        assert!(counts.export_time >= Duration::from_millis(190));
    });
}

#[test]
fn broken_response_is_counted_once() {
    with_each([Answer::Die], |(signal, protocol), fault| {
        let receiver = Receiver::start([fault]);
        let counts = after_one_batch(signal, impatient(&receiver.endpoint(), protocol));
        assert_eq!(counts.failures, 1, "{counts:?}");
    });
}

#[test]
fn peers_that_are_not_collectors_lose_everything() {
    let peers: [fn() -> String; 5] = [
        nobody,
        half_closes,
        || raw(b""),
        || raw(b"SSH-2.0-x\r\n"),
        || raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<html>"),
    ];
    with_each(peers, |(signal, protocol), peer| {
        let counts = after_one_batch(signal, impatient(&peer(), protocol));
        assert_eq!(counts.exported, 0, "{counts:?}");
    });
}

#[test]
fn export_recovers_after_an_outage() {
    with_each([()], |(signal, protocol), ()| {
        let first = Receiver::start([]);
        let address = first.address().to_string();
        let settings = impatient(&first.endpoint(), protocol);
        let delay = Duration::from_secs(3600);
        let exporter = Exporter::start(signal, settings, delay, Duration::from_secs(10));
        exporter.produce(1);
        exporter.flush(LONG).unwrap();
        drop(first);
        exporter.produce(2);
        let second = thread::scope(|scope| {
            let flush = scope.spawn(|| exporter.flush(LONG));
            wait::until("an attempt has failed", || exporter.counts().failures > 0);
            let second = Receiver::start_at(&address, [], None);
            flush.join().unwrap().unwrap();
            second
        });
        assert_eq!(second.accepted().len(), 1);
        exporter.shutdown(LONG).unwrap();
        exporter.assert_counted_once();
    });
}

#[test]
fn shutdown_keeps_its_deadline_with_a_hanging_collector() {
    with_each([()], |(signal, protocol), ()| {
        let receiver = Receiver::always(Answer::Hang);
        let mut settings = impatient(&receiver.endpoint(), protocol);
        settings.timeout = Duration::MAX;
        let delay = Duration::from_secs(3600);
        let exporter = Exporter::start(signal, settings, delay, Duration::MAX);
        exporter.produce(3);
        let deadline = Duration::from_millis(300);
        let started = std::time::Instant::now();
        exporter.shutdown(deadline).unwrap_err();
        let took = started.elapsed();
        assert!((deadline..LONG / 4).contains(&took), "{took:?}");
        let counts = exporter.counts();
        let dropped = counts.dropped_for(DropReason::Shutdown);
        assert_eq!((counts.exported, dropped), (0, counts.dropped_in_all()));
    });
}
