//! Directives about spans that were open when the filter changed.
//!
//! An [`EnvFilter`] knows the spans that were created under it. It is asked about others as if they
//! began now, with the fields that the log has kept of them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use glyph_core::__runtime::{RecordedValue, Values};
use tracing::{Metadata, Subscriber, span::Id};
use tracing_subscriber::{
    EnvFilter,
    layer::{Context, Filter},
    registry::{LookupSpan, SpanRef},
};

use super::{
    answers::Change,
    fields::{FieldStore, ReadField, bare},
    kept::Kept,
    span_values::Told,
    surroundings::{Around, Surroundings},
};

/// A question to a changed filter: does an event pass because of a span that it does not know?
pub(super) struct Question<'a, S> {
    pub(super) filter: &'a EnvFilter,
    pub(super) change: Change,
    pub(super) event: &'a Metadata<'a>,
    pub(super) context: &'a Context<'a, S>,
}

impl<S> Question<'_, S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    /// Asks about all spans around the running code. `F` is what the layer keeps with them.
    pub(super) fn passes<F: FieldStore>(&self, surroundings: &Surroundings) -> bool {
        let mut passes = false;
        let mut updates: Option<Values> = None;
        surroundings.each_current(self.context, &mut |around| match around {
            _ if passes => {}
            Around::Span(span) => passes = self.passes_in_span::<F>(span, surroundings.layer()),
            Around::Record(values) if values.is_update() => updates = Some(values.clone()),
            Around::Record(values) => {
                if let Some(metadata) = values.metadata() {
                    let updates = updates.take().unwrap_or_default();
                    passes = self.passes_in(metadata, &|read| each_of(values, &updates, read));
                }
            }
        });
        passes
    }

    fn passes_in_span<F: FieldStore>(&self, span: &SpanRef<'_, S>, layer: usize) -> bool {
        let level = *self.event.level();
        let answers = Kept::<F>::of(&span.extensions(), layer).map(|kept| kept.answers);
        let answers = answers.unwrap_or_default();
        if let Some(passes) = answers.after(self.change, level) {
            return passes;
        }
        let passes = self.passes_in(span.metadata(), &|read| {
            if let Some(kept) = Kept::<F>::of(&span.extensions(), layer) {
                kept.fields.each_value(read);
            }
        });
        Kept::<F>::change(&mut span.extensions_mut(), layer, |kept| {
            kept.answers
                .keep(self.change, level, passes, answers.version());
        });
        passes
    }

    /// Asks the filter about a span with these fields.
    fn passes_in(
        &self,
        span: &'static Metadata<'static>,
        fields: &dyn Fn(&mut ReadField<'_>),
    ) -> bool {
        let Self {
            filter, context, ..
        } = *self;
        // The callsite of a stage whose spans are not built is new to the filter.
        let _cached = Filter::<S>::callsite_enabled(filter, span);
        let (id, names) = (unused_id(), span.fields());
        let told = Told {
            filter,
            span,
            id: &id,
            context,
        };
        told.created();
        fields(&mut |name, value| {
            let Some(field) = names.iter().find(|field| bare(field.name()) == bare(name)) else {
                return;
            };
            match value {
                RecordedValue::Bool(value) => told.recorded(&field, &value),
                RecordedValue::F64(value) => told.recorded(&field, &value),
                RecordedValue::I64(value) => told.recorded(&field, &value),
                RecordedValue::U64(value) => told.recorded(&field, &value),
                RecordedValue::Str(value) | RecordedValue::Static(value) => {
                    told.recorded(&field, &value);
                }
            }
        });
        filter.on_enter(&id, context.clone());
        let passes = filter.enabled(self.event, context.clone());
        filter.on_exit(&id, context.clone());
        filter.on_close(id, context.clone());
        passes
    }
}

/// Passes the updates of a record to `read`, and the values that they do not replace.
fn each_of(values: &Values, updates: &Values, read: &mut ReadField<'_>) {
    let mut replaced = Vec::new();
    updates.each(&mut |name, value| {
        replaced.push(name);
        read(name, value);
    });
    values.each(&mut |name, value| {
        if !replaced.contains(&name) {
            read(name, value);
        }
    });
}

/// Returns an id that no span of a registry has: those count from one upwards.
fn unused_id() -> Id {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    // Half of all numbers are left when this one starts again, and none is zero.
    let number = ASKED.fetch_add(1, Relaxed) & (u64::MAX >> 1);
    Id::from_u64(u64::MAX - number)
}
