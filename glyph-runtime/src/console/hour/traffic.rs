//! The traffic of a shop: metrics with thousands of series, log lines and spans, of which no two are equal.

use std::time::{Duration, SystemTime};

use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::{
    CallStatus, Counter, Gauge, Histogram, LabelSet, log::RecentLines, metric_catalog,
    trace::Pipeline,
};

const ROUTES: usize = 400;
const CUSTOMERS: usize = 6200;

/// Lines that are written again and again, each with its own length.
const LINES: usize = 997;

/// Letters of which texts are parts.
const LETTERS: usize = 10_000;

/// One request in so many is sampled.
const SAMPLED: u64 = 500;

#[derive(LabelSet)]
#[label(crate = crate)]
pub(super) struct Served {
    status: CallStatus,
}

#[derive(LabelSet)]
#[label(crate = crate)]
pub(super) struct Route<'a> {
    #[label(max = 500)]
    route: &'a str,
}

#[derive(LabelSet)]
#[label(crate = crate)]
pub(super) struct Customer<'a> {
    #[label(max = 6500)]
    customer: &'a str,
}

#[metric_catalog(namespace = "hour_shop", crate = crate, stages = stage, max_series = 200_000)]
pub(super) struct Shop {
    /// Time of a request.
    #[metric(unit = seconds, buckets = [1ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 5s])]
    #[stage(request, requests = requests)]
    #[alert(SlowRequest, p99 > 1s, for = 5m, severity = warning)]
    #[objective(latency = 250ms, target = 99%)]
    duration: Histogram,
    /// Requests.
    requests: Counter<Served>,
    /// Time of a request by its route.
    #[metric(unit = seconds, buckets = [1ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 5s])]
    #[alert(SlowRoute, p95 > 1s, for = 5m, severity = warning, by(route))]
    #[objective(latency = 250ms, target = 95%, by(route))]
    route: Histogram<Route<'_>>,
    /// Requests that wait, by route.
    #[alert(ManyWait, > 1000, for = 5m, severity = warning)]
    waiting: Gauge<Route<'_>>,
    /// Time of a request by customer.
    #[metric(unit = seconds, buckets = [1ms, 2ms, 3ms, 5ms, 8ms, 10ms, 20ms, 30ms, 50ms, 80ms, 100ms, 200ms, 300ms, 500ms, 800ms, 1s, 2s, 3s])]
    customer: Histogram<Customer<'_>>,
}

pub(super) struct Traffic {
    routes: Vec<String>,
    customers: Vec<String>,
    letters: String,
    lines: Vec<String>,
    state: u64,
}

impl Traffic {
    pub(super) fn new() -> Self {
        let mut traffic = Self {
            routes: names("orders/{id}/items", ROUTES),
            customers: names("customer", CUSTOMERS),
            letters: String::new(),
            lines: Vec::new(),
            state: 1,
        };
        traffic.letters = (0..LETTERS).map(|_| traffic.letter()).collect();
        traffic.lines = (0..LINES).map(|_| traffic.line()).collect();
        traffic
    }

    /// Returns the next number below `end` (Knuth, "The Art of Computer Programming", 3.3.4).
    fn next(&mut self, end: u64) -> u64 {
        let state = self.state.wrapping_mul(6_364_136_223_846_793_005);
        self.state = state.wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % end
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.next(end as u64)).unwrap()
    }

    fn letter(&mut self) -> char {
        char::from(b'a' + u8::try_from(self.next(26)).unwrap())
    }

    fn time(&mut self) -> Duration {
        let scale = 1 << self.next(12);
        Duration::from_micros(500 * scale + self.next(500))
    }

    /// Returns a part of the letters.
    fn text(&mut self, shortest: usize, longest: usize) -> String {
        let length = shortest + self.index(longest - shortest);
        let first = self.index(LETTERS - longest);
        self.letters.get(first..first + length).unwrap().to_owned()
    }

    /// Returns a line as the log writes it.
    fn line(&mut self) -> String {
        let (trace, span) = (self.next(u64::MAX), self.next(u64::MAX));
        let (route, message) = (self.index(ROUTES), self.text(10, 200));
        format!(
            r#"{{"timestamp":"2026-12-01T00:00:00.000000Z","level":"INFO","message":"{message}","target":"shop::orders","trace_id":"{trace:032x}","span_id":"{span:016x}","route":"/orders/{{id}}/items/{route}","status":200}}
"#
        )
    }

    /// Records so many requests.
    pub(super) fn record(&mut self, requests: u64) {
        let shop = Shop::global();
        for request in 0..requests {
            let time = self.time();
            let index = self.index(CUSTOMERS);
            let customer = self.customers.get(index).unwrap();
            shop.customer.observe(Customer { customer }, time);
            // More of them change no more cells of the one series.
            if request % 10 == 0 {
                shop.duration.observe(time);
            }
        }
        for status in [CallStatus::Ok, CallStatus::Error] {
            let share = self.next(requests);
            shop.requests.add(Served { status }, share);
        }
        for index in 0..ROUTES {
            let (time, waiting) = (self.time(), self.next(2000));
            let route = self.routes.get(index).unwrap();
            shop.route.observe(Route { route }, time);
            shop.waiting.set(Route { route }, waiting);
        }
    }

    /// Writes a line for each request.
    pub(super) fn log(&mut self, requests: u64, to: &RecentLines) {
        let first = self.index(LINES);
        let lines = self.lines.iter().cycle().skip(first);
        let lines = lines.take(usize::try_from(requests).unwrap());
        to.add(lines.map(String::as_bytes));
    }

    /// Ends the spans of the sampled requests.
    pub(super) fn trace(&mut self, requests: u64, to: &Pipeline) {
        for _ in 0..requests / SAMPLED {
            let trace = self.next(u64::MAX) + 1;
            let root = self.next(u64::MAX) + 1;
            for name in ["authorize", "load order", "UPDATE orders"] {
                let query = self.text(100, 2500);
                to.record_ended(self.span(trace, root, name, ("db.query.text", query)));
            }
            let agent = self.text(40, 160);
            to.record_ended(self.span(trace, 0, "GET /orders/{id}/items", ("user_agent", agent)));
        }
    }

    /// Returns a span that has ended. With 0 as the id of its parent, it is the root of its trace.
    fn span(
        &mut self,
        trace: u64,
        parent: u64,
        name: &'static str,
        (attribute, text): (&'static str, String),
    ) -> SpanData {
        let now = SystemTime::now();
        let route = self.index(ROUTES);
        let customer = self.index(CUSTOMERS);
        let (trace, id) = (TraceId::from(u128::from(trace)), self.next(u64::MAX) + 1);
        let context = SpanContext::new(
            trace,
            SpanId::from(id),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        );
        SpanData {
            span_context: context,
            parent_span_id: SpanId::from(parent),
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: name.into(),
            start_time: now - self.time(),
            end_time: now,
            attributes: vec![
                KeyValue::new("http.route", self.routes.get(route).unwrap().clone()),
                KeyValue::new("customer", self.customers.get(customer).unwrap().clone()),
                KeyValue::new("http.response.status_code", 200_i64),
                KeyValue::new(attribute, text),
            ],
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }
}

fn names(kind: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("/{kind}/{number}"))
        .collect()
}
