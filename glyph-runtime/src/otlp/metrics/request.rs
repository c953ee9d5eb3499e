//! Data points in requests of limited size.

use std::{collections::BTreeMap, sync::Arc};

use glyph_core::__runtime::SourceCrate;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::InstrumentationScope,
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
        ResourceMetrics, ScopeMetrics, Sum, SummaryDataPoint, metric::Data,
    },
};
use prost::Message;

use crate::otlp::instrumentation::ScopeNames;

/// A request is sent when its points reach this size. Collectors accept 4 MiB at once (the default
/// of gRPC).
const REQUEST_BYTES: usize = 2 << 20;
/// The bytes of tags and lengths for one point.
const OVERHEAD: usize = 8;

/// The name, help and kind of a family.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) unit: String,
    pub(crate) shape: Shape,
    /// The crate that declares the family.
    pub(crate) source: SourceCrate,
    /// Whether its counts are read at each push, and not recorded.
    pub(crate) is_observed: bool,
}

/// The points of one family in a request.
#[derive(Debug)]
pub(super) struct Family {
    source: SourceCrate,
    pub(super) metric: Metric,
    pub(super) is_observed: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Sum,
    Gauge,
    Histogram,
    /// A summary of an external recorder. OTLP has summaries only for Prometheus.
    Summary,
}

#[derive(Debug)]
pub(crate) enum Point {
    Number(NumberDataPoint),
    Histogram(HistogramDataPoint),
    Summary(SummaryDataPoint),
}

/// One point, and the head of its family.
pub(crate) type Entry = (Arc<Head>, Point);

/// A request that is being filled.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    families: Vec<Family>,
    /// The family of the last metric.
    open: Option<Arc<Head>>,
    bytes: usize,
    points: usize,
}

impl Batch {
    /// Returns a request of limited size, or `None` if there are no more points.
    pub(crate) fn filled(entries: &mut impl Iterator<Item = Entry>) -> Option<Self> {
        let mut batch = Self::default();
        while batch.bytes < REQUEST_BYTES
            && let Some((head, point)) = entries.next()
        {
            batch.push(head, point);
        }
        (batch.points > 0).then_some(batch)
    }

    pub(super) fn families_mut(&mut self) -> &mut [Family] {
        &mut self.families
    }

    pub(crate) fn points(&self) -> usize {
        self.points
    }

    fn push(&mut self, head: Arc<Head>, point: Point) {
        let is_open = self
            .open
            .as_ref()
            .is_some_and(|open| Arc::ptr_eq(open, &head));
        if !is_open {
            let metric = empty_metric(&head);
            self.bytes += metric.encoded_len() + OVERHEAD;
            self.families.push(Family {
                source: head.source,
                metric,
                is_observed: head.is_observed,
            });
            self.open = Some(head);
        }
        self.bytes += point.encoded_len() + OVERHEAD;
        self.points += 1;
        let last = self.families.last_mut();
        let data = last.and_then(|last| last.metric.data.as_mut());
        match (data, point) {
            (Some(Data::Sum(sum)), Point::Number(point)) => sum.data_points.push(point),
            (Some(Data::Gauge(gauge)), Point::Number(point)) => gauge.data_points.push(point),
            (Some(Data::Histogram(histogram)), Point::Histogram(point)) => {
                histogram.data_points.push(point);
            }
            (Some(Data::Summary(summary)), Point::Summary(point)) => {
                summary.data_points.push(point);
            }
            // Unreachable: a family has points of its own shape.
            _ => self.points -= 1,
        }
    }

    pub(crate) fn request(
        self,
        resource: &ResourceMetrics,
        names: &ScopeNames,
    ) -> ExportMetricsServiceRequest {
        ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                scope_metrics: scopes(self.families, names),
                ..resource.clone()
            }],
        }
    }
}

/// Groups metrics by their crates, and keeps their order within one crate.
fn scopes(families: Vec<Family>, names: &ScopeNames) -> Vec<ScopeMetrics> {
    let mut scopes = BTreeMap::<SourceCrate, Vec<Metric>>::new();
    for Family { source, metric, .. } in families {
        scopes.entry(source).or_default().push(metric);
    }
    let scopes = scopes.into_iter().map(|(source, metrics)| {
        let scope = names.scope_of(source);
        ScopeMetrics {
            scope: Some(InstrumentationScope {
                name: scope.name().to_owned(),
                version: scope.version().unwrap_or_default().to_owned(),
                ..InstrumentationScope::default()
            }),
            metrics,
            ..ScopeMetrics::default()
        }
    });
    scopes.collect()
}

impl Point {
    fn encoded_len(&self) -> usize {
        match self {
            Self::Number(point) => point.encoded_len(),
            Self::Histogram(point) => point.encoded_len(),
            Self::Summary(point) => point.encoded_len(),
        }
    }
}

fn empty_metric(head: &Head) -> Metric {
    let cumulative = AggregationTemporality::Cumulative.into();
    let data = match head.shape {
        Shape::Sum => Data::Sum(Sum {
            data_points: Vec::new(),
            aggregation_temporality: cumulative,
            is_monotonic: true,
        }),
        Shape::Gauge => Data::Gauge(Gauge::default()),
        Shape::Histogram => Data::Histogram(Histogram {
            data_points: Vec::new(),
            aggregation_temporality: cumulative,
        }),
        Shape::Summary => {
            Data::Summary(opentelemetry_proto::tonic::metrics::v1::Summary::default())
        }
    };
    Metric {
        name: head.name.clone(),
        description: head.description.clone(),
        unit: head.unit.clone(),
        data: Some(data),
        ..Metric::default()
    }
}
