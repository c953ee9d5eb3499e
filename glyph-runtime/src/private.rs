//! What expansions name. Nothing here is for anybody else, and all of it may change in any release.

pub use core;
pub use std::{boxed::Box, vec, vec::Vec};

pub use tracing;

pub use crate::{
    catalog::{
        AnyCatalog, Catalog, CatalogDescriptor, Kind, MetricDescriptor, StageDescriptor,
        StageLabel, Unit, buckets, check_budget, check_gauge_labels, check_labels_allowed,
        check_nested, offsets, stage_places, stage_places_or_stub,
    },
    label::{
        Label, LabelDescriptor, LabelSet, LabelValues, OpenValues, Place, label, label_or_stub,
        open_labels, places,
    },
    metric::{
        Counter, Gauge, Histogram, Metric, MetricParts, MetricState, Storage, padded_bounds,
        scaled_bounds,
    },
    stage::{
        Bound, Classify, Guard, Outcome, Rows, Stage, StageCells, Verdict, any, at, call, checked,
        describe, entered, literal, pin, run, start, stream, wrap,
    },
};
