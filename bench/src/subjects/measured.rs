//! `measured`: dense arrays for closed labels, a sharded map for an open one.

use measured::metric::histogram::Thresholds;
use measured::text::BufferedTextEncoder;
use measured::{CounterVec, FixedCardinalityLabel, HistogramVec, LabelGroup, MetricGroup};
use paracord::ParaCord;

use super::{Exposer, Exposing, Filler, Filling, Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{self, BUCKETS, Labels};

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder::of::<Requests>()],
    histograms: &[Recorder::of::<Latency>()],
    pages: &[Exposer::of::<Histograms>()],
    counter_series: &[Filler::of::<Counters>()],
    histogram_series: &[Filler::of::<Histograms>()],
    ..Peer::NONE
};

const NAME: &str = "measured";

#[derive(Clone, Copy, Debug, PartialEq, Eq, FixedCardinalityLabel)]
enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, FixedCardinalityLabel)]
enum Status {
    Ok,
    ClientError,
    ServerError,
}

#[derive(Clone, Copy, Debug, LabelGroup)]
#[label(set = RequestSet)]
struct Request {
    method: Method,
    status: Status,
}

impl From<Labels> for Request {
    fn from(labels: Labels) -> Self {
        let (method, status) = labels.pick(
            [
                Method::Get,
                Method::Head,
                Method::Post,
                Method::Put,
                Method::Patch,
                Method::Delete,
            ],
            [Status::Ok, Status::ClientError, Status::ServerError],
        );
        Self { method, status }
    }
}

#[derive(Clone, Copy, Debug, LabelGroup)]
#[label(set = SeriesSet)]
struct Series<'a> {
    #[label(dynamic_with = ParaCord)]
    id: &'a str,
}

struct Requests(CounterVec<RequestSet>);

impl Recording for Requests {
    const NAME: &'static str = NAME;
    type Input = Request;

    fn build() -> Result<Self> {
        Ok(Self(CounterVec::new()))
    }

    fn input(labels: Labels, _: f64) -> Request {
        labels.into()
    }

    fn record(&self, request: Request) {
        self.0.inc(request);
    }
}

struct Latency(HistogramVec<RequestSet, 10>);

impl Recording for Latency {
    const NAME: &'static str = NAME;
    type Input = (Request, f64);

    fn build() -> Result<Self> {
        let thresholds = Thresholds::with_buckets(BUCKETS);
        Ok(Self(HistogramVec::with_metadata(thresholds)))
    }

    fn input(labels: Labels, seconds: f64) -> (Request, f64) {
        (labels.into(), seconds)
    }

    fn record(&self, (request, seconds): (Request, f64)) {
        self.0.observe(request, seconds);
    }
}

struct Counters {
    _requests: CounterVec<SeriesSet>,
}

impl Filling for Counters {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let requests = CounterVec::with_label_set(SeriesSet {
            id: ParaCord::default(),
        });
        workload::for_each_id(series, |id| {
            for _ in values {
                requests.inc(Series { id });
            }
        });
        Ok(Self {
            _requests: requests,
        })
    }
}

#[derive(MetricGroup)]
struct Histograms {
    /// Latency.
    bench_series_latency_seconds: HistogramVec<SeriesSet, 10>,
}

impl Filling for Histograms {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let set = SeriesSet {
            id: ParaCord::default(),
        };
        let thresholds = Thresholds::with_buckets(BUCKETS);
        let histograms = HistogramVec::with_label_set_and_metadata(set, thresholds);
        workload::for_each_id(series, |id| {
            for seconds in values {
                histograms.observe(Series { id }, *seconds);
            }
        });
        Ok(Self {
            bench_series_latency_seconds: histograms,
        })
    }
}

impl Exposing for Histograms {
    type Page = Vec<u8>;

    fn page(&self) -> Result<Vec<u8>> {
        let mut encoder = BufferedTextEncoder::new();
        self.collect_group_into(&mut encoder)?;
        Ok(encoder.finish().into())
    }
}
