//! What is on the spans that some work opens.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

/// A span with the fields that have a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenedSpan {
    /// Its name.
    pub name: &'static str,
    /// The name of the span around it.
    pub parent: Option<&'static str>,
    /// Its fields.
    pub values: BTreeMap<&'static str, String>,
}

impl OpenedSpan {
    /// The value of a field.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.get(field).map(String::as_str)
    }
}

impl Visit for OpenedSpan {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.values.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.values.insert(field.name(), value.to_owned());
    }
}

/// The spans that `work` opens on this thread, in their order.
pub fn opened_spans(work: impl FnOnce()) -> Vec<OpenedSpan> {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.clone());
    tracing::subscriber::with_default(subscriber, work);
    spans.lock().iter().map(|(_, span)| span.clone()).collect()
}

#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<(Id, OpenedSpan)>>>);

impl Spans {
    fn lock(&self) -> MutexGuard<'_, Vec<(Id, OpenedSpan)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut span = OpenedSpan {
            name: attributes.metadata().name(),
            parent: context.lookup_current().map(|parent| parent.name()),
            ..OpenedSpan::default()
        };
        attributes.record(&mut span);
        self.lock().push((id.clone(), span));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        // A span's id may be given to another one after it is closed.
        if let Some((_, span)) = self.lock().iter_mut().rev().find(|(seen, _)| seen == id) {
            values.record(span);
        }
    }
}
