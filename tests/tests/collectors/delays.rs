//! Pauses between requests: those that a collector asks for, and glyph's own.

use std::time::{Duration, Instant};

use glyph_runtime::trace::{OtlpSettings, Protocol};
use glyph_tests::{
    cases::in_parallel,
    receiver::{Answer, Delay, PROTOCOLS, Peer, any::Receiver},
    wait,
};

use crate::signals::{Exporter, LONG, Signal};

const SECOND: Duration = Duration::from_secs(1);
const TOLERANCE: Duration = Duration::from_millis(20);
const AT_ONCE: Duration = Duration::from_millis(1);

fn start(receiver: &Receiver, signal: Signal, protocol: Protocol) -> Exporter {
    let settings = OtlpSettings::new(receiver.endpoint(), protocol);
    Exporter::start(signal, settings, AT_ONCE, LONG)
}

#[test]
fn longer_of_the_asked_and_the_own_pause_holds_in_every_form() {
    let cases = Delay::all(3).into_iter().flat_map(|delay| {
        let answers = [Answer::Throttle(delay), Answer::UnavailableFor(delay)];
        answers.map(|answer| PROTOCOLS.map(|protocol| (delay, answer, protocol)))
    });
    in_parallel(cases.flatten(), |(delay, answer, protocol)| {
        let receiver = Receiver::start([answer]);
        let mut settings = OtlpSettings::new(receiver.endpoint(), protocol);
        settings.longest_retry_delay = SECOND * 4;
        let exporter = Exporter::start(Signal::Traces, settings, AT_ONCE, LONG);
        exporter.produce(3);
        // gRPC rejects a batch for good without a delay that it can read.
        if matches!(
            (protocol, answer),
            (Protocol::Grpc, Answer::Throttle(Delay::Garbage))
        ) {
            exporter.shutdown(LONG).unwrap_err();
            return;
        }
        wait::until("the batch has arrived", || exporter.counts().exported == 3);
        let requests = Signal::Traces.requests(&receiver);
        let pause = requests[1] - requests[0];
        let least = match delay {
            Delay::Fraction if protocol == Protocol::Grpc => SECOND * 3 / 2,
            Delay::Seconds(0) | Delay::Past | Delay::Garbage | Delay::Fraction => SECOND,
            // A date has whole seconds.
            Delay::Date(3) => SECOND * 2,
            // It is cut to the setting.
            Delay::Huge => SECOND * 4,
            _ => SECOND * 3,
        };
        assert!(pause + TOLERANCE >= least, "{pause:?}");
    });
}

#[test]
fn asked_pause_holds_for_all_signals_and_batches() {
    in_parallel(PROTOCOLS, |protocol| {
        let receiver = Receiver::start([Answer::Throttle(Delay::Seconds(3))]);
        let traces = start(&receiver, Signal::Traces, protocol);
        traces.produce(1);
        wait::until("the collector has asked", || traces.counts().failures == 1);
        let others =
            [Signal::Metrics, Signal::Logs].map(|signal| start(&receiver, signal, protocol));
        for _ in 0..20 {
            traces.produce(100);
            for exporter in &others {
                exporter.produce(100);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        wait::until("everything goes on", || {
            traces.counts().exported == 2001 && others.iter().all(|one| one.counts().exported > 0)
        });
        let requests = receiver.received();
        let pause = requests[1].at - requests[0].at;
        assert!(pause + TOLERANCE >= SECOND * 3, "{pause:?}");
        assert_eq!(traces.counts().dropped_in_all(), 0);
    });
}

#[test]
fn long_pause_keeps_items_in_the_queue() {
    in_parallel(PROTOCOLS, |protocol| {
        let receiver = Receiver::start([Answer::Throttle(Delay::Seconds(3))]);
        let settings = OtlpSettings::new(receiver.endpoint(), protocol);
        let exporter = Exporter::start(Signal::Traces, settings, AT_ONCE, SECOND);
        exporter.produce(1);
        wait::until("the collector has asked", || exporter.counts().exports == 1);
        exporter.produce(100);
        wait::until("the others have arrived", || {
            exporter.counts().exported == 100
        });
        let counts = exporter.counts();
        // The pause was longer than the batch may take.
        assert_eq!(counts.dropped_in_all(), 1, "{counts:?}");
        assert_eq!(receiver.received().len(), 2);
    });
}

#[test]
fn shutdown_tries_once_in_a_long_pause() {
    let cases = [Answer::Accept, Answer::Throttle(Delay::Seconds(60))];
    let cases = cases.map(|then| PROTOCOLS.map(|protocol| (then, protocol)));
    in_parallel(cases.into_iter().flatten(), |(then, protocol)| {
        let receiver = Receiver::start([Answer::Throttle(Delay::Seconds(60)), then, then]);
        let exporter = start(&receiver, Signal::Traces, protocol);
        exporter.produce(1);
        wait::until("the collector has asked", || {
            exporter.counts().failures == 1
        });
        exporter.produce(2000);
        let started = Instant::now();
        let result = exporter.shutdown(LONG / 2);
        assert!(started.elapsed() < SECOND * 5, "{:?}", started.elapsed());
        assert_eq!(result.is_ok(), matches!(then, Answer::Accept), "{result:?}");
        exporter.assert_counted_once();
        if result.is_err() {
            assert_eq!(receiver.received().len(), 2);
        }
    });
}

#[test]
fn flush_does_not_end_the_wait_of_a_batch() {
    let receiver = Receiver::start([Answer::Throttle(Delay::Seconds(3)); 2]);
    let exporter = start(&receiver, Signal::Traces, Protocol::HttpProtobuf);
    exporter.produce(1);
    wait::until("the collector has asked", || {
        exporter.counts().failures == 1
    });
    let started = Instant::now();
    exporter.flush(SECOND * 2).unwrap_err();
    assert!(started.elapsed() < SECOND * 3);
    wait::until("the span has arrived", || exporter.counts().exported == 1);
    let requests = Signal::Traces.requests(&receiver);
    assert_eq!(requests.len(), 3);
    assert!(requests[2] - requests[1] + TOLERANCE >= SECOND * 3);
}

#[test]
fn responses_without_end_end_an_attempt_that_has_no_time_limit() {
    let peers: [fn() -> Peer; 2] = [Peer::continues, Peer::has_an_endless_head];
    let cases = PROTOCOLS.map(|protocol| peers.map(|peer| (protocol, peer)));
    in_parallel(cases.into_iter().flatten(), |(protocol, peer)| {
        let mut settings = OtlpSettings::new(peer().endpoint(), protocol);
        settings.timeout = Duration::MAX;
        let exporter = Exporter::start(Signal::Logs, settings, AT_ONCE, Duration::MAX);
        exporter.produce(1);
        wait::until("the attempt has ended", || exporter.counts().failures == 1);
        let started = Instant::now();
        let _lost = exporter.shutdown(SECOND);
        assert!(started.elapsed() < SECOND * 2);
        exporter.assert_counted_once();
    });
}
