//! The exact text of an exposition.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use glyph_runtime::{
    Counter, Exemplar, Gauge, Histogram, Label, LabelSet, Telemetry, expose::Format, metric_catalog,
};
use glyph_tests::{Page, environment};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    #[label(name = "left \"hand\"")]
    Left,
    Right,
}

#[derive(LabelSet)]
struct Hand {
    side: Side,
}

#[metric_catalog(namespace = "letters")]
struct Letters {
    /// Claps, with "both" hands\or one.
    claps: Counter,
    /// Fingers up.
    fingers: Gauge<Hand>,
    /// Time of a wave.
    #[metric(name = "wave.duration", unit = seconds, buckets = [100ms, 1s])]
    wave: Histogram,
}

/// Returns the families of a catalog, without glyph's own metrics.
fn declared(telemetry: &Telemetry, format: Format) -> String {
    let page = telemetry.render(format);
    let own = page.find("# HELP target").unwrap();
    page[..own].to_owned()
}

#[test]
fn both_formats_match_expected_text() {
    let metrics = Letters::global();
    metrics.claps.add(2);
    metrics.fingers.set(Hand { side: Side::Left }, 2.5);
    metrics.wave.observe(0.25);
    metrics
        .wave
        .observe_with_exemplar(3, Exemplar::new(0xabc, 0xdef));
    let telemetry = environment::telemetry("letters")
        .version("1.2.3")
        .deployment_environment("stage")
        .catalog(metrics)
        .build()
        .unwrap();

    assert_eq!(
        declared(&telemetry, Format::Text),
        r#"# HELP letters_claps_total Claps, with "both" hands\\or one.
# TYPE letters_claps_total counter
letters_claps_total 2
# HELP letters_fingers Fingers up.
# TYPE letters_fingers gauge
letters_fingers{side="left \"hand\""} 2.5
letters_fingers{side="right"} 0
# HELP letters_wave_duration_seconds Time of a wave.
# TYPE letters_wave_duration_seconds histogram
letters_wave_duration_seconds_bucket{le="0.1"} 0
letters_wave_duration_seconds_bucket{le="1.0"} 1
letters_wave_duration_seconds_bucket{le="+Inf"} 2
letters_wave_duration_seconds_sum 3.25
letters_wave_duration_seconds_count 2
"#
    );
    let open = telemetry.render(Format::OpenMetrics);
    assert!(open.contains("# HELP letters_claps Claps, with \\\"both\\\" hands\\\\or one.\n# TYPE letters_claps counter\nletters_claps_total 2\n"));
    assert!(open.contains("# UNIT letters_wave_duration_seconds seconds\n"));
    assert!(open.contains("# TYPE target info\ntarget_info{"));
    let target = open.lines().find(|line| line.starts_with("target_info{"));
    for attribute in [
        "deployment_environment_name=\"stage\"",
        "process_pid=\"",
        "service_name=\"letters\",service_version=\"1.2.3\"",
        "telemetry_sdk_name=\"opentelemetry\"",
    ] {
        assert!(
            target.is_some_and(|line| line.contains(attribute)),
            "{attribute}: {target:?}"
        );
    }
    let exemplar = open
        .lines()
        .find(|line| line.contains("le=\"+Inf\""))
        .unwrap();
    let expected = "letters_wave_duration_seconds_bucket{le=\"+Inf\"} 2 # {trace_id=\"00000000000000000000000000000abc\",span_id=\"0000000000000def\"} 3 ";
    assert_eq!(exemplar.get(..expected.len()), Some(expected));
    assert!(open.ends_with("# EOF\n"));
}

/// Returns the names of the samples, in their order.
fn names(page: &str) -> Vec<&str> {
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    samples
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect()
}

#[derive(LabelSet)]
struct Spoken<'a> {
    #[label(max = 8)]
    word: &'a str,
}

#[metric_catalog(namespace = "order")]
struct Order {
    /// Words.
    words: Counter<Spoken<'_>>,
    /// Breaths, which come first on the page: families are sorted by their names.
    breaths: Counter,
}

#[test]
fn exposition_order_is_stable_after_more_recording() {
    let metrics = Order::global();
    let telemetry = environment::telemetry("order")
        .catalog(metrics)
        .build()
        .unwrap();
    let say = |word| metrics.words.inc(Spoken { word });
    say("beta");
    let first = declared(&telemetry, Format::Text);
    let (words, breaths) = ("order_words_total", "order_breaths_total");
    assert_eq!(names(&first), [breaths, words]);

    say("alpha");
    metrics.breaths.inc();
    let second = declared(&telemetry, Format::Text);
    assert_eq!(names(&second), [breaths, words, words]);
    let series = |page: &str| -> Vec<String> {
        let lines = page.lines().filter(|line| line.starts_with(words));
        lines.map(|line| line.replace(" 1", "")).collect()
    };
    say("alpha");
    say("gamma");
    let third = declared(&telemetry, Format::Text).replace(" 2", " 1");
    let before = series(&second);
    let after = series(&third);
    let kept: Vec<_> = after.iter().filter(|one| before.contains(one)).collect();
    assert_eq!(kept, before.iter().collect::<Vec<_>>());
}

#[derive(LabelSet)]
struct Series {
    #[label(max = 100_000)]
    id: u32,
}

macro_rules! large {
    ($namespace:literal) => {
        #[metric_catalog(namespace = $namespace, max_series = 1_500_000)]
        struct Large {
            /// One of very many.
            things: Counter<Series>,
        }
    };
}

#[test]
fn recording_continues_during_a_large_scrape_and_pages_are_complete() {
    large!("large");
    let metrics = Large::global();
    for id in 0..100_000 {
        metrics.things.inc(Series { id });
    }
    let telemetry = environment::telemetry("large")
        .catalog(metrics)
        .build()
        .unwrap();
    let stop = AtomicBool::new(false);
    let recorded = thread::scope(|scope| {
        let recorder = scope.spawn(|| {
            let mut recorded = 0_u64;
            while !stop.load(Relaxed) {
                metrics.things.inc(Series { id: 7 });
                recorded += 1;
            }
            recorded
        });
        let mut last = 0.0;
        for _ in 0..5 {
            let page = Page::of(&telemetry).unwrap();
            assert_eq!(page.named("large_things_total").count(), 100_000);
            let now = page.value("large_things_total", &[("id", "7")]).unwrap();
            assert!(now >= last, "a counter went back from {last} to {now}");
            last = now;
        }
        stop.store(true, Relaxed);
        recorder.join().unwrap()
    });
    assert_eq!(metrics.things.value(Series { id: 7 }), recorded + 1);
}

#[test]
fn large_exposition_is_sent_in_chunks() {
    large!("pieces");
    for id in 0..10_000 {
        Large::global().things.inc(Series { id });
    }
    let telemetry = environment::telemetry("large")
        .catalog(Large::global())
        .build()
        .unwrap();
    let pieces: Vec<_> = telemetry.pieces(Format::Text).collect();
    assert!(pieces.len() > 3);
    assert!(pieces.iter().all(|piece| piece.len() < 128 * 1024));
}
