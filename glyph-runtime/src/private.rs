//! What expansions name. Nothing here is for anybody else, and all of it may change in any release.

pub use core;
pub use std::{boxed::Box, vec, vec::Vec};

pub use tracing;

pub use crate::{
    catalog::{
        AlertDescriptor, AnyCatalog, Catalog, CatalogDescriptor, Comparison, Condition, Indicator,
        Kind, Matcher, Measure, MetricDescriptor, ObjectiveDescriptor, PanelDescriptor, PanelForm,
        Selection, StageDescriptor, StageLabel, Threshold, Unit, buckets, check_artifact_label,
        check_artifact_value, check_budget, check_labels_allowed, check_labels_while_running,
        check_nested, check_objective_bound, check_outcome_known, check_quantile_reach,
        counter_labels, gauge_labels, histogram_labels, offsets, stage_places,
        stage_places_or_stub,
    },
    label::{
        Label, LabelDescriptor, LabelSet, LabelValues, OpenValues, Place, check_bound, label_of,
        open_labels, places, values_of, values_of_given,
    },
    metric::{
        Counter, Gauge, Histogram, Metric, MetricParts, MetricState, Storage, padded_bounds,
        scaled_bounds,
    },
    stage::{
        Bound, ByValue, ErrorOutcome, Guard, Judged, Outcome, Rows, Running, Stage, StageCells,
        Timed, Verdict, any, at, begin, call, checked, classify, describe, entered, judge,
        judge_option, literal, pin, run, start, stream, time, time_as, time_async, time_async_as,
        wrap,
    },
};
