//! The labels and values of declared metrics.

use super::shape::{LabelShape, Sort};
use glyph_core::__runtime::canonical;
use glyph_core::label::{LabelDescriptor, LabelValues};

/// Returns what is known about a label of a label set.
pub(super) fn label_shape(label: &LabelDescriptor) -> LabelShape {
    match label.values {
        LabelValues::Closed(values) => LabelShape {
            values: Some(values.iter().map(|value| (*value).to_owned()).collect()),
            // An empty value is the same as no label.
            is_certain: values.iter().all(|value| !value.is_empty()),
            is_implied: false,
        },
        LabelValues::Open { .. } => LabelShape::default(),
    }
}

/// Returns the values of `le`, as scrapes expose them and as metrics from OTLP have them: `1.0`
/// and `1`.
pub(super) fn bounds(buckets: &[f64]) -> LabelShape {
    let scraped = buckets.iter().copied().map(canonical);
    let scraped = scraped.chain(std::iter::once("+Inf".to_owned()));
    let mut values: Vec<String> = scraped.collect();
    let plain: Vec<_> = buckets.iter().map(ToString::to_string).collect();
    let plain: Vec<_> = plain
        .into_iter()
        .filter(|bound| !values.contains(bound))
        .collect();
    values.extend(plain);
    LabelShape {
        values: Some(values),
        is_certain: true,
        is_implied: false,
    }
}

/// Returns how the values of a series change, by the suffix of its name.
pub(super) fn sort_of(name: &str) -> Sort {
    let counters = ["_total", "_bucket", "_count", "_sum"];
    if counters.iter().any(|suffix| name.ends_with(suffix)) {
        Sort::Counter
    } else {
        Sort::Gauge
    }
}
