//! What expansions name. Nothing here is for anybody else, and all of it may change in any release.

pub use core;
pub use std::{boxed::Box, vec, vec::Vec};

pub use tracing;

pub use crate::{
    catalog::{
        AnyCatalog, Catalog, CatalogDescriptor, Kind, MetricDescriptor, StageDescriptor,
        StageLabel, Unit, buckets, check_budget, check_labels_allowed, check_labels_while_running,
        check_nested, counter_labels, gauge_labels, histogram_labels, offsets, stage_places,
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
        Timed, Verdict, Word, any, at, begin, call, checked, classify, describe, entered,
        held_stream, judge, judge_option, judge_option_by_word, literal, pin, repeated, run,
        run_on, start, stream, streamed, time, time_as, time_async, time_async_as, word, wrap,
        wrap_on,
    },
};
