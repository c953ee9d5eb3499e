//! Support for macro expansions. Not public API.

pub use core;
pub use std::{boxed::Box, string::String, thread_local, time::Duration, vec, vec::Vec};

#[cfg(feature = "serde")]
pub use serde;
pub use tracing;

pub use glyph_macros::stage_outside_of_a_block;

pub use crate::__serde_label as serde_label;

#[cfg(feature = "serde")]
pub use crate::label::{deserialized, serialized};
pub use crate::{
    catalog::{
        Aggregate, AlertDescriptor, AnyCatalog, BurnWindows, Catalog, CatalogDescriptor,
        Comparison, Condition, Indicator, Kind, Matcher, Measure, MetricDescriptor, NotACatalog,
        ObjectiveDescriptor, PanelDescriptor, PanelForm, ProcessSign, ScopeLabel, Selection,
        StageDescriptor, StageLabel, Threshold, Unit, buckets, check_artifact_label,
        check_artifact_mention, check_artifact_text, check_artifact_value, check_budget,
        check_end_labels, check_label_names, check_labels_allowed, check_labels_while_running,
        check_nested, check_objective_between, check_objective_bound, check_objective_reach,
        check_outcome_known, check_quantile_reach, check_scope_label, check_stage_label,
        check_stage_label_allowed, metric_labels, offsets, stage_label, stage_strides,
        stage_strides_or_stub,
    },
    descriptor::{SourceCrate, check_bound, check_never},
    label::{
        CallLookup, Label, LabelDescriptor, LabelName, LabelNames, LabelRef, LabelSet, LabelStride,
        LabelText, LabelValues, OUTCOME_COUNT, OpenLookup, OpenValues, ParseLabelError, label_of,
        only_label, open_labels, parsed, renamed_label, strides,
    },
    metric::{
        CatalogCells, Counter, DeclaredCatalog, Gauge, Histogram, Metric, MetricParts, MetricState,
        NotTime, ThreadCells, ThreadSlot, cells_in, mask_in, scaled_bounds,
    },
    scope::{
        InScope, IntoScopeLabels, ScopeBody, ScopeLabels, ScopeLookup, ScopeParts, ScopeValue,
        Scopes, resolved,
    },
    span::{
        FieldValue, Parent, ParentContext, REDACTED, SpanCallsite, check_field, debugged,
        displayed, parent, value,
    },
    stage::{
        BoundMetric, ByValue, CallResult, CallSite, EndLabels, EndLabelsOfStage, EndValue,
        ErrorOutcome, Failures, Guard, LabelledRunning, LateLabels, LiteralValue, Outcome,
        ReadEndValues, Running, SeriesIndex, Stage, StageCells, StageSeries, StageWithoutEndLabels,
        StatusOffset, StreamOf, Timed, TimedBody, ValueOutcome, an_error, any, at, begin, call,
        check_literal, check_status, checked, classify, declared, declared_labels, described,
        description, entered, error_type, labelled, later_stream_of, later_wrapped_stream_of, link,
        literal, open, opens, outcome_by, pin, ready, returned, run, run_labelled, run_on,
        set_label, settle, staged, start, start_labelled, status_offset, stream, stream_of,
        streamed, time, time_as, time_async, time_async_as, unread, wrap, wrap_labelled, wrap_on,
        wrapped_stream, wrapped_stream_of,
    },
};

/// Implements serde's traits for a closed label. Expansions of `#[label(serde)]` call it.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_label {
    ($label:ty) => {
        #[automatically_derived]
        impl $crate::__private::serde::Serialize for $label {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> $crate::__private::core::result::Result<S::Ok, S::Error> {
                $crate::__private::serialized(self, serializer)
            }
        }
        #[automatically_derived]
        impl<'de> $crate::__private::serde::Deserialize<'de> for $label {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> $crate::__private::core::result::Result<Self, D::Error> {
                $crate::__private::deserialized(deserializer)
            }
        }
    };
}

/// Rejects `#[label(serde)]` without the feature.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_label {
    ($label:ty) => {
        $crate::__private::core::compile_error!(
            "`#[label(serde)]` needs the feature `serde`: add it to the dependency on `glyph-runtime` or `glyph-core`"
        );
    };
}
