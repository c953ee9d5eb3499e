//! glyph's own metrics are declared in catalogs, and the documentation has their reference.

use std::{collections::BTreeMap, env, fs, sync::LazyLock};

use glyph_runtime::{
    Telemetry,
    artifacts::{Artifacts, INTERNAL_SERIES},
    catalog::{CatalogDescriptor, Kind, RESERVED},
};

const REFERENCE: &str = "../docs/reference/glyph.md";

/// The internal catalogs of a telemetry with every feature. Reading them installs the recorder of
/// the facade.
static CATALOGS: LazyLock<Vec<&'static CatalogDescriptor>> = LazyLock::new(|| {
    let telemetry = Telemetry::builder("internal")
        .without_listener()
        .without_subscriber()
        .install()
        .unwrap();
    telemetry.exposition().internal_catalogs()
});

/// `GLYPH_WRITE_EXPECTED=1` rewrites the reference.
#[test]
fn reference_of_internal_metrics_is_up_to_date() {
    let artifacts = Artifacts::new(CATALOGS.iter().copied());
    let reference = artifacts.reference().unwrap();
    if env::var_os("GLYPH_WRITE_EXPECTED").is_some() {
        fs::write(REFERENCE, &reference).unwrap();
    }
    assert_eq!(fs::read_to_string(REFERENCE).unwrap(), reference);
}

/// `artifacts` checks expressions of alerts without the runtime, so it has its own list.
#[test]
fn alerts_can_name_every_internal_series() {
    let mut declared = BTreeMap::new();
    for metric in CATALOGS.iter().flat_map(|catalog| catalog.metrics) {
        let labels: Vec<_> = metric.labels.iter().map(|label| label.name).collect();
        let suffixes: &[&str] = match metric.kind {
            Kind::Counter => &["_total"],
            Kind::Gauge => &[""],
            Kind::Histogram => &["_bucket", "_count", "_sum"],
        };
        for suffix in suffixes {
            let bound = (*suffix == "_bucket").then_some("le");
            let labels: Vec<_> = labels.iter().copied().chain(bound).collect();
            declared.insert(format!("{}{suffix}", metric.name), labels);
        }
    }
    let known = INTERNAL_SERIES.iter();
    let known = known.filter(|(name, _)| *name != "target_info");
    let known = known.map(|(name, labels)| ((*name).to_owned(), labels.to_vec()));
    assert_eq!(declared, known.collect());
}

#[test]
fn internal_metrics_have_reserved_names() {
    let mut words: Vec<&str> = Vec::new();
    for metric in CATALOGS.iter().flat_map(|catalog| catalog.metrics) {
        let rest = metric.name.strip_prefix("glyph_").unwrap();
        words.extend(rest.split('_').next());
    }
    words.sort_unstable();
    words.dedup();
    assert_eq!(words, RESERVED);
}
