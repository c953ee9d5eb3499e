//! The record of a call: its series and its spans.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Mutex, Once},
};

use glyph_core::{CallStatus, Counter, Gauge, Histogram, LabelSet, Outcome, metric_catalog};
use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

#[derive(LabelSet)]
pub(crate) struct Finished<'a> {
    #[label(max = 1024)]
    pub(crate) case: &'a str,
    pub(crate) ended: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Running<'a> {
    #[label(max = 1024)]
    pub(crate) case: &'a str,
}

#[metric_catalog(namespace = "endings", stages = stage, max_series = 100_000)]
pub(crate) struct Endings {
    /// Time that calls took.
    #[metric(unit = seconds, buckets = [1ms, 1s])]
    #[stage(call, requests = calls, errors = failures, in_flight = running, labels(case: &str))]
    pub(crate) duration: Histogram<Finished<'_>>,
    /// Calls that ended.
    pub(crate) calls: Counter<Finished<'_>>,
    /// Calls that failed.
    pub(crate) failures: Counter<Running<'_>>,
    /// Calls under way.
    pub(crate) running: Gauge<Running<'_>>,
}

/// The values of a case's series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// Calls by outcome, in the order of [`Outcome::ALL`].
    calls: [u64; 5],
    durations: [u64; 5],
    failures: u64,
    running: f64,
}

impl Record {
    pub(crate) fn of(case: &str) -> Self {
        let all = Endings::global();
        let each = [
            CallStatus::Ok,
            CallStatus::Error,
            CallStatus::Timeout,
            CallStatus::Cancelled,
            CallStatus::Panicked,
        ];
        Self {
            calls: each.map(|ended| all.calls.value(Finished { case, ended })),
            durations: each.map(|ended| all.duration.snapshot(Finished { case, ended }).count()),
            failures: all.failures.value(Running { case }),
            running: all.running.value(Running { case }),
        }
    }

    /// Returns the record of one call with this ending, or of no call.
    pub(crate) fn of_one(outcome: Option<Outcome>) -> Self {
        let calls = Outcome::ALL.map(|one| u64::from(Some(one) == outcome));
        Self {
            calls,
            durations: calls,
            failures: u64::from(outcome.is_some_and(Outcome::is_error)),
            running: 0.0,
        }
    }

    /// Returns the number of calls in flight.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts of calls are integers"
    )]
    pub(crate) const fn running(&self) -> i64 {
        self.running as i64
    }
}

/// The number of spans of a case that were opened and closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spans {
    pub(crate) opened: u32,
    pub(crate) closed: u32,
}

impl Spans {
    /// Starts counting spans on all threads of the process.
    pub(crate) fn count() {
        static COUNTING: Once = Once::new();
        COUNTING.call_once(|| {
            super::records::connect();
            let subscriber = tracing_subscriber::registry().with(Counting);
            tracing::subscriber::set_global_default(subscriber).unwrap();
        });
    }

    pub(crate) fn of(case: &str) -> Self {
        let spans = BY_CASE.lock().unwrap();
        spans.get(case).copied().unwrap_or_default()
    }
}

static BY_CASE: Mutex<BTreeMap<String, Spans>> = Mutex::new(BTreeMap::new());

/// Counts the spans of each case, by their label.
struct Counting;

/// The label of a span.
#[derive(Default)]
struct CaseOf(Option<String>);

impl Visit for CaseOf {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "case" {
            self.0 = Some(value.to_owned());
        }
    }
}

impl CaseOf {
    /// Counts the span if this field is its label.
    fn open<S>(self, id: &Id, context: &Context<'_, S>)
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        if let Some(case) = &self.0 {
            BY_CASE
                .lock()
                .unwrap()
                .entry(case.clone())
                .or_default()
                .opened += 1;
            context.span(id).unwrap().extensions_mut().insert(self);
        }
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Counting {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut case = CaseOf::default();
        attributes.record(&mut case);
        case.open(id, &context);
    }

    fn on_record(&self, id: &Id, values: &tracing::span::Record<'_>, context: Context<'_, S>) {
        let mut case = CaseOf::default();
        values.record(&mut case);
        case.open(id, &context);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        if let Some(CaseOf(Some(case))) = span.extensions().get() {
            BY_CASE
                .lock()
                .unwrap()
                .entry(case.clone())
                .or_default()
                .closed += 1;
        }
    }
}
