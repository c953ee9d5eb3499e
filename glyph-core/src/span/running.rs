//! The stages that a thread is running.

use std::cell::{Cell, RefCell};

use tracing::{
    Dispatch, Metadata, Span,
    span::{Id, Record},
};

use super::{
    Annotate, FieldValue, Values,
    callsite::MAX_FIELDS,
    enter::{enter_span, exit_span},
    inside::Inside,
    record::{self, enclosing_records, stage_since},
    traces::{parent_span, traces},
};

/// A stage that this thread is running.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RunningStage {
    /// The stage with the record of this serial.
    Record(u64),
    /// The stage with the span of `tracing`'s that was entered with this number.
    Span(u64),
}

/// A stage with a span of `tracing`'s that the thread is in.
#[derive(Debug)]
struct Entry {
    number: u64,
    dispatch: Dispatch,
    id: Id,
    metadata: &'static Metadata<'static>,
    /// The records that the thread was in.
    records: usize,
}

thread_local! {
    static ENTERED: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };

    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// Whether spans with this metadata are those of stages, and not of waits or of HTTP and gRPC.
pub(super) fn is_of_stage(metadata: &Metadata<'_>) -> bool {
    let module = metadata.module_path().unwrap_or_default();
    let crates = ["glyph_core", "glyph_runtime"];
    !crates.iter().any(|name| {
        let rest = module.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

/// Keeps the span of a call current. Drop it in the function that created it.
#[derive(Debug)]
#[must_use = "dropping it leaves the span"]
pub(super) struct EnteredStage<'span> {
    span: &'span Span,
    inside: Inside,
}

impl<'span> EnteredStage<'span> {
    /// Enters `span`, unless the thread is ending.
    pub(super) fn enter(span: &'span Span) -> Self {
        Self {
            inside: enter_stage(span),
            span,
        }
    }
}

impl Drop for EnteredStage<'_> {
    fn drop(&mut self) {
        leave_stage(self.span, self.inside);
    }
}

/// Enters the span of a call. Call [`leave_stage`] on the same thread.
pub(super) fn enter_stage(span: &Span) -> Inside {
    if enter_span(span) {
        Inside::NOTHING
            .with(Inside::SPAN, true)
            .with(Inside::STAGE, entered(span))
    } else {
        Inside::NOTHING
    }
}

/// Leaves what [`enter_stage`] has entered.
pub(super) fn leave_stage(span: &Span, inside: Inside) {
    if inside.has(Inside::STAGE) {
        left();
    }
    if inside.has(Inside::SPAN) {
        exit_span(span);
    }
}

/// Notes that the thread has entered the span of a stage. Returns whether [`left`] is to be called.
fn entered(span: &Span) -> bool {
    let Some(metadata) = span.metadata().filter(|metadata| is_of_stage(metadata)) else {
        return false;
    };
    let entry = span.with_subscriber(|(id, dispatch)| Entry {
        number: next_number(),
        dispatch: dispatch.clone(),
        id: id.clone(),
        metadata,
        records: enclosing_records(),
    });
    entry.is_some_and(|entry| with(|entered| entered.push(entry)).is_some())
}

/// Notes that the thread has left the stage that it has entered last.
fn left() {
    // Dropped without the borrow: it may be the last use of a subscriber.
    drop(with(Vec::pop));
}

/// Returns the innermost stage of the thread that has a span or a record, unless it is outside of
/// the current trace.
pub(crate) fn innermost() -> Option<RunningStage> {
    let last = with(|entered| entered.last().map(|entry| (entry.number, entry.records)));
    let last = last.flatten();
    let since = last.map_or(0, |(_, records)| records);
    let stage = match stage_since(since) {
        Some(record) => RunningStage::Record(record),
        None => RunningStage::Span(last?.0),
    };
    (!stage.is_around_unsampled()).then_some(stage)
}

impl RunningStage {
    /// Whether a call that is not sampled, and has no record, is between a sampled stage and the
    /// running code.
    fn is_around_unsampled(self) -> bool {
        let parent = parent_span();
        parent.is_some_and(|parent| parent.is_unsampled) && self.is_sampled()
    }

    fn is_sampled(self) -> bool {
        let exemplar = self.annotate(|span| span.exemplar());
        exemplar.flatten().is_some()
    }

    /// Sets a field that the callsite declares, unless the thread has left the stage.
    pub(crate) fn record(self, field: &str, value: FieldValue<'_>) {
        let Some(metadata) = self.metadata() else {
            return;
        };
        let mut values = [None; MAX_FIELDS];
        for (slot, known) in values.iter_mut().zip(metadata.fields()) {
            if known.name() == field {
                *slot = value;
            }
        }
        let values = values.get(..metadata.fields().len()).unwrap_or_default();
        match self {
            Self::Record(serial) => record::update_of(serial, &Values::of(metadata, values)),
            Self::Span(number) => {
                let values = metadata.fields().value_set_all(values);
                if let Some((dispatch, id)) = entry(number, Entry::span) {
                    dispatch.record(&id, &Record::new(&values));
                }
            }
        }
    }

    /// Passes the span in its trace to `change`, unless the thread has left the stage.
    pub(crate) fn annotate<T>(self, change: impl FnOnce(&dyn Annotate) -> T) -> Option<T> {
        let span = match self {
            Self::Record(serial) => record::annotated(serial),
            Self::Span(number) => entry(number, Entry::span)
                .and_then(|(dispatch, id)| traces()?.annotated(&dispatch, &id)),
        };
        span.map(|span| change(&*span))
    }

    /// The metadata of the callsite. `None` if the thread has left the stage.
    pub(crate) fn metadata(self) -> Option<&'static Metadata<'static>> {
        match self {
            Self::Record(serial) => record::metadata_of(serial),
            Self::Span(number) => entry(number, |entry| entry.metadata),
        }
    }
}

impl Entry {
    fn span(&self) -> (Dispatch, Id) {
        (self.dispatch.clone(), self.id.clone())
    }
}

/// Passes the entry with this number to `read`, if the thread is still in its stage.
fn entry<T>(number: u64, read: impl FnOnce(&Entry) -> T) -> Option<T> {
    let found = with(|entered| {
        let entry = entered.iter().rev().find(|entry| entry.number == number);
        entry.map(read)
    });
    found.flatten()
}

fn with<T>(work: impl FnOnce(&mut Vec<Entry>) -> T) -> Option<T> {
    let result = ENTERED.try_with(|entered| Some(work(&mut *entered.try_borrow_mut().ok()?)));
    result.ok().flatten()
}

fn next_number() -> u64 {
    let next = |number: &Cell<u64>| {
        number.set(number.get().wrapping_add(1));
        number.get()
    };
    NUMBER.try_with(next).unwrap_or_default()
}
