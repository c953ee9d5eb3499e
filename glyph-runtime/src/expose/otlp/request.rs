//! Data points in requests that a collector takes.

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::InstrumentationScope,
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
        ResourceMetrics, ScopeMetrics, Sum, SummaryDataPoint, metric::Data,
    },
    resource::v1::Resource,
};
use prost::Message;

/// A request is full when its points take this many bytes; collectors take 4 MiB at once (gRPC's default).
const REQUEST_BYTES: usize = 2 << 20;
/// What a point costs beside itself.
const AROUND: usize = 8;

/// What the points of a family have in common.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) unit: String,
    pub(super) shape: Shape,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Sum,
    Gauge,
    Histogram,
    /// Of other recorders; OTLP keeps it for Prometheus's sake.
    Summary,
}

#[derive(Debug)]
pub(super) enum Point {
    Number(NumberDataPoint),
    Histogram(HistogramDataPoint),
    Summary(SummaryDataPoint),
}

/// A family's head and one of its points.
pub(super) type Entry = (Arc<Head>, Point);

/// A request that is being filled.
#[derive(Debug, Default)]
pub(super) struct Batch {
    metrics: Vec<Metric>,
    /// Whose family the last metric is.
    open: Option<Arc<Head>>,
    bytes: usize,
    points: usize,
}

impl Batch {
    /// As many points as go into one request, and `None` if there are no more.
    pub(super) fn filled(entries: &mut impl Iterator<Item = Entry>) -> Option<Self> {
        let mut batch = Self::default();
        while batch.bytes < REQUEST_BYTES
            && let Some((head, point)) = entries.next()
        {
            batch.push(head, point);
        }
        (batch.points > 0).then_some(batch)
    }

    pub(super) fn points(&self) -> usize {
        self.points
    }

    fn push(&mut self, head: Arc<Head>, point: Point) {
        let is_open = self
            .open
            .as_ref()
            .is_some_and(|open| Arc::ptr_eq(open, &head));
        if !is_open {
            let metric = opened(&head);
            self.bytes += metric.encoded_len() + AROUND;
            self.metrics.push(metric);
            self.open = Some(head);
        }
        self.bytes += point.encoded_len() + AROUND;
        self.points += 1;
        let data = self.metrics.last_mut().and_then(|last| last.data.as_mut());
        match (data, point) {
            (Some(Data::Sum(sum)), Point::Number(point)) => sum.data_points.push(point),
            (Some(Data::Gauge(gauge)), Point::Number(point)) => gauge.data_points.push(point),
            (Some(Data::Histogram(histogram)), Point::Histogram(point)) => {
                histogram.data_points.push(point);
            }
            (Some(Data::Summary(summary)), Point::Summary(point)) => {
                summary.data_points.push(point);
            }
            // No family has points of another shape.
            _ => self.points -= 1,
        }
    }

    pub(super) fn request(self, resource: &ResourceMetrics) -> ExportMetricsServiceRequest {
        let scope = InstrumentationScope {
            name: "glyph".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..InstrumentationScope::default()
        };
        ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                scope_metrics: vec![ScopeMetrics {
                    scope: Some(scope),
                    metrics: self.metrics,
                    ..ScopeMetrics::default()
                }],
                ..resource.clone()
            }],
        }
    }
}

/// What each request starts with.
pub(super) fn resource(resource: &opentelemetry_sdk::Resource) -> ResourceMetrics {
    use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
    let said = ResourceAttributesWithSchema::from(resource);
    ResourceMetrics {
        resource: Some(Resource {
            attributes: said.attributes.0,
            ..Resource::default()
        }),
        schema_url: said.schema_url.unwrap_or_default(),
        ..ResourceMetrics::default()
    }
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

fn opened(head: &Head) -> Metric {
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
