//! Declarations in every location and form that a program can use.

use glyph_core::{Catalog, Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

/// What is asked for.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Llm,
    /// Speech.
    Stt,
}

/// A label named after a keyword.
#[derive(LabelSet)]
pub(crate) struct Worded {
    /// A label called as a word of Rust.
    pub(crate) r#type: Kind,
}

mod inner {
    use super::{Counter, Histogram, Kind, Worded, metric_catalog};

    #[metric_catalog(namespace = "restricted", stages = stage)]
    pub(in crate::declarations::surroundings) struct Restricted {
        /// A metric called as a word of Rust.
        pub(in crate::declarations::surroundings) r#fn: Counter<Worded>,
        /// Time of a call.
        #[metric(unit = seconds)]
        #[stage(call, requests = r#fn, labels(r#type: Kind))]
        duration: Histogram,
    }

    #[metric_catalog(namespace = "above", stages = above)]
    pub(super) struct Above {
        /// Time of a call.
        #[metric(unit = seconds)]
        #[stage(call)]
        #[stage(recall, labels(kind: Kind))]
        pub(super) duration: Histogram,
    }
}

/// Adds the separators between the fields of a catalog made by a macro.
macro_rules! catalog {
    ($name:ident, $namespace:literal, $max:literal, $labels:ty) => {
        #[metric_catalog(namespace = $namespace, max_series = $max)]
        struct $name {
            /// Calls.
            calls: Counter<$labels>,
            /// Time of a call.
            #[metric(unit = seconds, buckets = [1ms, 10ms])]
            duration: Histogram,
        }
    };
}

#[test]
fn raw_identifier_loses_its_prefix() {
    let metrics = inner::Restricted::global();
    let worded = || Worded { r#type: Kind::Llm };
    metrics.r#fn.inc(worded());
    assert_eq!(metrics.r#fn.value(worded()), 1);
    let stage = inner::stage::call { r#type: Kind::Stt };
    assert_eq!(stage.r#type, Kind::Stt);
}

#[test]
fn two_stages_can_share_a_histogram() {
    let metrics = inner::Above::global();
    metrics.duration.observe(0.1);
    let _ = (
        inner::above::call {},
        inner::above::recall { kind: Kind::Llm }.kind,
    );
    assert_eq!(metrics.duration.snapshot().count(), 1);
}

#[test]
fn catalog_can_be_in_a_function_or_macro() {
    catalog!(Local, "in_function", 100, Worded);
    let metrics = Local::global();
    metrics.calls.inc(Worded { r#type: Kind::Stt });
    metrics.duration.observe(0.002);
    assert_eq!(metrics.calls.value(Worded { r#type: Kind::Stt }), 1);
    assert_eq!(metrics.duration.snapshot().count(), 1);
}

#[test]
fn catalog_can_be_empty() {
    #[metric_catalog]
    struct Nothing {}
    let _catalog = Nothing::global();
    assert_eq!(Nothing::DESCRIPTOR.metrics.len(), 0);
}

/// Kept as it was written, but for what is the catalog's.
#[metric_catalog]
#[derive(Debug)]
#[repr(C)]
struct Plain {
    /// Room.
    #[doc(alias = "space")]
    room: Gauge,
}

#[test]
fn other_catalog_attributes_are_kept() {
    Plain::global().room.set(3);
    assert!(format!("{:?}", Plain::global()).starts_with("Plain"));
}
