//! Any keys that a program may use.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::collections::BTreeMap;

use glyph_core::catalog::Registry;
use metrics::{Key, Label, Level, Metadata, Recorder as _};
use proptest::prelude::*;

use super::Recorder;
use crate::{
    Counter, Histogram,
    expose::{Exposition, Format},
    metric_catalog,
    resource::Resource,
};

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// A declared metric whose names arbitrary keys hit.
#[metric_catalog(namespace = "a", crate = crate)]
#[expect(dead_code, reason = "keys name the metrics")]
struct Declared {
    /// Jobs.
    #[metric(name = "b")]
    jobs: Counter,
    /// Latency.
    #[metric(name = "a", buckets = [1.0, 2.0])]
    latency: Histogram,
}

/// One use of a key.
#[derive(Clone, Debug)]
struct Use {
    kind: u8,
    name: String,
    labels: Vec<(String, String)>,
}

fn telemetry() -> (Recorder, Exposition) {
    let registry = Registry::new([Declared::global() as &'static _].to_vec()).unwrap();
    let recorder = Recorder::new(&registry);
    let resource = Resource::new("test", None, None, &[]);
    let external = Box::new(recorder.external());
    let exposition = Exposition::new(registry, &resource, Some(external));
    exposition.show(&recorder);
    (recorder, exposition)
}

fn record(recorder: &Recorder, used: &Use) {
    let labels = used.labels.iter().cloned();
    let labels: Vec<_> = labels
        .map(|(name, value)| Label::new(name, value))
        .collect();
    let key = Key::from_parts(used.name.clone(), labels);
    match used.kind {
        0 => recorder.register_counter(&key, &METADATA).increment(1),
        1 => recorder.register_gauge(&key, &METADATA).increment(1.0),
        _ => recorder.register_histogram(&key, &METADATA).record(1.0),
    }
}

/// Returns the samples of the page and their values, without those that differ between scrapes.
fn samples(exposition: &Exposition, format: Format) -> BTreeMap<String, f64> {
    let page = exposition.render(format);
    let mut samples = BTreeMap::new();
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    for line in lines.filter(|line| !line.starts_with("glyph_s")) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let before = samples.insert(name.to_owned(), value.parse().unwrap());
        assert_eq!(before, None, "{name} is there twice in\n{page}");
    }
    let heads: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("# TYPE"))
        .collect();
    let mut families = heads.clone();
    families.sort_unstable();
    families.dedup_by_key(|head| head.split(' ').nth(2).unwrap().to_owned());
    assert_eq!(
        families.len(),
        heads.len(),
        "a family is there twice in\n{page}"
    );
    samples
}

/// Returns how many recordings the page has, and how many were rejected.
#[expect(clippy::cast_possible_truncation, reason = "counts are small")]
fn counted(samples: &BTreeMap<String, f64>) -> (i64, i64) {
    let sum = |is_so: &dyn Fn(&str) -> bool| -> i64 {
        let named = samples.iter().filter(|(name, _)| is_so(name));
        named.map(|(_, value)| *value as i64).sum()
    };
    let rejected = sum(&|name| name.starts_with("glyph_facade_refused_total"));
    let own = |name: &str| name.starts_with("glyph_") || name.starts_with("target_info");
    // A summary has its count, and no quantile, bucket or sum is counted.
    let is_count = |name: &str| name.split('{').next().unwrap().ends_with("_count");
    let is_derived = |name: &str| {
        let plain = name.split('{').next().unwrap();
        plain.ends_with("_sum") || name.contains("quantile=") || plain.ends_with("_bucket")
    };
    let recorded = sum(&|name| !own(name) && (is_count(name) || !is_derived(name)));
    (recorded, rejected)
}

fn any_name() -> impl Strategy<Value = String> {
    // Suffixes that samples have come from another test: here they would be counted twice.
    prop_oneof![
        "[ab][._ :-]{0,2}[ab]?(_total|\\.total)?",
        "[é9ab\\\\\"_. ]{0,4}",
    ]
}

fn any_use() -> impl Strategy<Value = Use> {
    let value = prop_oneof!["[xy]?", "[x\\\\\"\n\u{0}]{0,3}"];
    let label = ("[kK][._-]?[12]?|quantile|__name__", value);
    (0..3_u8, any_name(), prop::collection::vec(label, 0..3)).prop_map(
        |(kind, name, mut labels)| {
            // Only summaries are told apart by it here.
            labels.retain(|(name, _)| kind == 2 || name != "quantile");
            Use { kind, name, labels }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Whatever names fall on one: each recording is on the page or counted as rejected, and the
    /// page is the same each time.
    #[test]
    fn any_keys_are_recorded_or_rejected(uses in prop::collection::vec(any_use(), 1..40)) {
        let (recorder, exposition) = telemetry();
        let before = counted(&samples(&exposition, Format::Text));
        for used in &uses {
            record(&recorder, used);
        }
        let first = samples(&exposition, Format::Text);
        let (recorded, rejected) = counted(&first);
        let calls = i64::try_from(uses.len()).unwrap();
        prop_assert_eq!(recorded - before.0 + rejected, calls, "{:?}\n{:#?}", uses, first);
        for format in [Format::Text, Format::OpenMetrics, Format::Text] {
            prop_assert_eq!(&samples(&exposition, format), &first);
        }
    }
}

#[test]
fn first_kind_of_a_name_keeps_it() {
    let (recorder, exposition) = telemetry();
    let used = |kind, name: &str| Use {
        kind,
        name: name.to_owned(),
        labels: Vec::new(),
    };
    for (kind, name) in [
        (0, "jobs.done"),
        (0, "jobs_done_total"),
        (0, "jobs-done"),
        (1, "jobs.done"),
        (2, "jobs_done"),
        (2, "wait"),
        (1, "wait_sum"),
        (1, "free_count"),
        (2, "free"),
        (1, "a_a_bucket"),
        (2, "check.sum"),
    ] {
        record(&recorder, &used(kind, name));
    }
    let samples = samples(&exposition, Format::Text);
    let rejected = |family| {
        let name = format!("glyph_facade_refused_total{{metric=\"{family}\"}}");
        samples.get(&name).copied()
    };
    assert_eq!(samples.get("jobs_done_total"), Some(&3.0), "{samples:#?}");
    assert_eq!(rejected("jobs_done"), Some(2.0), "{samples:#?}");
    assert_eq!(samples.get("wait_count"), Some(&1.0));
    assert_eq!(rejected("wait_sum"), Some(1.0));
    assert_eq!(samples.get("free_count"), Some(&1.0));
    assert_eq!(rejected("free"), Some(1.0));
    assert_eq!(rejected("a_a_bucket"), Some(1.0));
    assert_eq!(samples.get("check_sum_sum"), Some(&1.0), "{samples:#?}");
}

#[test]
fn label_values_are_on_the_page_as_given() {
    let (recorder, exposition) = telemetry();
    for value in ["\\", "\\\\", "\"", "\\\"", "\\n", "\n"] {
        let labels = vec![("value".to_owned(), value.to_owned())];
        let (kind, name) = (1, "given".to_owned());
        record(&recorder, &Use { kind, name, labels });
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        let escaped = escaped.replace('\n', "\\n");
        let page = exposition.render(Format::Text);
        let line = format!("given{{value=\"{escaped}\"}} 1\n");
        assert!(page.contains(&line), "{line} in {page}");
    }
}
