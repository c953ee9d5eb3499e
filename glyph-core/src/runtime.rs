//! Support for the crates that publish what is recorded. Not public API.
//!
//! These are functions, so that documented types have no hidden methods.

use crate::{catalog::Registry, label::LabelDescriptor, scope::ScopeLabels};
pub use crate::{
    catalog::{
        AnyCatalog, Exposure, Measured, Observe, ObservedFamily, Observer, Source, is_reserved,
        sample_names,
    },
    clock::{Moment, calibrate},
    descriptor::{BucketAround, SourceCrate, canonical},
    hex::{Hex, parse_hex},
    label::{LabelStride, OpenValues, sanitized},
    live::{read_failures, read_functions},
    metric::{
        CurrentTrace, DeclaredCatalog, ExemplarAt, ExposedMetric, Metric, PresentSeries, Scale,
        Series, keep_unsampled_exemplars, unexposed_catalogs,
    },
    nearest::nearest,
    scope::{ScopeGuard, current_values},
    secret_name::{SECRET_NAMES, has_words_at, is_secret, is_separator, is_word_start},
    span::{
        Annotate, BegunSpan, Below, EachAttribute, Enclosing, EnteredShared, EnteredSpan,
        FieldValue, KeptContext, Link, OpenSpan, Parent, ParentSpan, ParentSpanId, REDACTED,
        RecordReader, RecordedValue, SharedRecord, SpanCallsite, SpanKey, SpanParent, SpanReader,
        SpanRecord, TracedSpan, Traces, TypeName, UnsampledReader, Values, ValuesOfMany,
        callsite_of, connect, current_shared, enclosing, export_records, in_span, note_entered,
        note_left, open_here, source_crate_of, value,
    },
    sync::{ignore_poison, lock, lock_unless_lost, read_unless_lost, write_unless_lost},
    text::prefix,
    thread_end::{FirstUse, ends, is_ending},
    within::{Environment, Within},
};

/// The exposed metrics of the catalogs in the order of their names.
#[must_use]
pub fn metrics(registry: &Registry) -> &[ExposedMetric] {
    registry.metrics()
}

/// Each metric of the catalogs once, and how it is exposed. `None` if a view leaves it out.
#[must_use]
pub fn declared(registry: &Registry) -> &[(&'static Metric, Option<ExposedMetric>)] {
    registry.declared()
}

/// How each catalog is exposed, with those nested in it.
#[must_use]
pub fn exposures(registry: &Registry) -> &[Exposure] {
    registry.exposures()
}

/// Notes that the catalogs are part of an exposition, with nested ones.
pub fn expose(registry: &Registry) {
    for (metric, _) in registry.declared() {
        metric.parts.cells.expose();
    }
}

/// Whether the label is open.
#[must_use]
pub const fn is_open(label: &LabelDescriptor) -> bool {
    label.is_open()
}

/// Returns the current scope labels, if there are any.
#[inline]
#[must_use]
pub fn current_if_any() -> Option<ScopeLabels> {
    ScopeLabels::current_if_any()
}

/// Enters the labels, in addition to the current labels of other catalogs.
#[inline]
pub fn enter(labels: &ScopeLabels) -> ScopeGuard<'_> {
    labels.enter()
}

/// Enters the labels, and leaves all current ones.
#[inline]
pub fn enter_alone(labels: &ScopeLabels) -> ScopeGuard<'_> {
    labels.enter_alone()
}
