//! The metrics whose labels the table shows: the outcome and the kind of the failure.

use glyph_runtime::{
    CallStatus, Counter, Gauge, Histogram, LabelSet, Status, grpc,
    http::{self, ErrorType},
    metric_catalog,
};

#[derive(LabelSet)]
pub(crate) struct Ended {
    pub(crate) status: CallStatus,
    pub(crate) error: grpc::ErrorLabel,
}

#[derive(LabelSet)]
pub(crate) struct Call {
    pub(crate) status: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Two {
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "ends", stages = stage)]
pub(crate) struct Endings {
    /// Calls of a layer.
    #[metric(sparse)]
    pub(crate) ended: Counter<Ended>,
    /// Calls of a layer, with the status that has two values.
    pub(crate) ended_in_two: Counter<Two>,
    /// Calls of a layer that failed.
    pub(crate) ended_badly: Counter,
    /// Active calls of a layer.
    pub(crate) active: Gauge,
    /// Duration of calls of a stage.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(call, requests = calls, errors = failures)]
    pub(crate) call: Histogram<Two>,
    /// Calls of a stage.
    pub(crate) calls: Counter<Call>,
    /// Calls of a stage that failed.
    pub(crate) failures: Counter,
    /// Duration of calls of a stage that must not be cancelled.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(strict, requests = strict_calls, errors = strict_failures, cancelled = error)]
    pub(crate) strict: Histogram<Two>,
    /// Calls of a stage that must not be cancelled.
    pub(crate) strict_calls: Counter<Call>,
    /// Calls that failed or were cancelled.
    pub(crate) strict_failures: Counter,
}

impl Endings {
    fn end(&self, outcome: glyph_runtime::Outcome, error: Option<ErrorType>) {
        self.active.dec();
        self.ended.inc(Ended {
            status: outcome.into(),
            error: error.into(),
        });
        self.ended_in_two.inc(Two {
            status: outcome.into(),
        });
        if outcome.is_error() {
            self.ended_badly.inc();
        }
    }
}

impl http::ServerRecorder for Endings {
    fn started(&self, _: &http::ServerRequest<'_>) {
        self.active.inc();
    }

    fn ended(&self, _: &http::ServerRequest<'_>, end: &http::CallEnd) {
        self.end(end.outcome(), end.error);
    }
}

impl http::ClientRecorder for Endings {
    fn started(&self, _: &http::ClientRequest<'_>) {
        self.active.inc();
    }

    fn ended(&self, _: &http::ClientRequest<'_>, end: &http::CallEnd) {
        self.end(end.outcome(), end.error);
    }
}

impl grpc::ServerRecorder for Endings {
    fn started(&self) {
        self.active.inc();
    }

    fn ended(&self, _: &grpc::ServerCall<'_>, end: &grpc::CallEnd) {
        self.end(end.outcome(), end.error);
    }
}

impl grpc::ClientRecorder for Endings {
    fn started(&self) {
        self.active.inc();
    }

    fn ended(&self, _: &grpc::ClientCall<'_>, end: &grpc::CallEnd) {
        self.end(end.outcome(), end.error);
    }
}

/// Returns how many calls of a layer are active.
pub(crate) fn active() -> f64 {
    Endings::global().active.value()
}
