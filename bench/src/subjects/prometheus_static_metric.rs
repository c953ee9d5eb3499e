//! `prometheus-static-metric`: the `prometheus` crate's handles as fields, found by enum.

use super::{Peer, Recorder, Recording, prometheus};
use crate::Result;
use crate::workload::Labels;
use declared::{Latency, Method, Requests, Status};

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder::of::<Requests>()],
    histograms: &[Recorder::of::<Latency>()],
    ..Peer::NONE
};

const NAME: &str = "prometheus-static-metric";

mod declared {
    use prometheus_static_metric::make_static_metric;

    make_static_metric! {
        pub label_enum Method { get, head, post, put, patch, delete }

        pub label_enum Status { ok, client_error, server_error }

        pub struct Requests: IntCounter {
            "method" => Method,
            "status" => Status,
        }

        pub struct Latency: Histogram {
            "method" => Method,
            "status" => Status,
        }
    }
}

fn pick(labels: Labels) -> (Method, Status) {
    labels.pick(
        [
            Method::get,
            Method::head,
            Method::post,
            Method::put,
            Method::patch,
            Method::delete,
        ],
        [Status::ok, Status::client_error, Status::server_error],
    )
}

impl Recording for Requests {
    const NAME: &'static str = NAME;
    type Input = (Method, Status);

    fn build() -> Result<Self> {
        Ok(Self::from(&prometheus::counter_vec()?))
    }

    fn input(labels: Labels, _: f64) -> (Method, Status) {
        pick(labels)
    }

    fn record(&self, (method, status): (Method, Status)) {
        self.get(method).get(status).inc();
    }
}

impl Recording for Latency {
    const NAME: &'static str = NAME;
    type Input = ((Method, Status), f64);

    fn build() -> Result<Self> {
        Ok(Self::from(&prometheus::histogram_vec()?))
    }

    fn input(labels: Labels, seconds: f64) -> ((Method, Status), f64) {
        (pick(labels), seconds)
    }

    fn record(&self, ((method, status), seconds): ((Method, Status), f64)) {
        self.get(method).get(status).observe(seconds);
    }
}
