//! Fields that are recorded while a call runs.

use tracing::Span;

use super::{
    FieldValue, OpenSpan, around::Around, callsite::MAX_FIELDS, open::State, record,
    recorded::Recorded, traced::Traced,
};

impl OpenSpan {
    /// Runs `work`, which may [`record`](Self::record) fields.
    pub fn with<R>(&mut self, work: impl FnOnce(&Self) -> R) -> R {
        match self.state() {
            State::Recorded(_)
            | State::Traced(Traced {
                has_record: true, ..
            }) => self.in_scope(work),
            _ => work(self),
        }
    }

    /// Sets fields of the callsite. If the call has a record, the thread must be right in the call.
    /// Values must not run code of a program when they are formatted.
    pub fn record(&self, fields: &[(&str, FieldValue<'_>)]) {
        match self.state() {
            State::Recorded(Recorded {
                callsite: Some(callsite),
                ..
            })
            | State::Traced(Traced {
                has_record: true,
                callsite: Some(callsite),
                ..
            }) => record::set(callsite.metadata(), fields),
            _ => set_on(self.span(), fields),
        }
    }

    /// Sets labels of a call that ends. The thread must be right in the call.
    pub(crate) fn set_labels(&self, labels: &[(&str, FieldValue<'_>)]) {
        self.record(labels);
        if let State::Recorded(recorded) = self.state()
            && let Some(built) = recorded.around.as_deref().and_then(Around::built)
        {
            set_on(built, labels);
        }
    }

    /// Sets labels of a call that is [shared](Self::share), from any thread.
    pub(crate) fn set_shared_labels(&self, labels: &[(&str, FieldValue<'_>)]) {
        let State::Recorded(recorded) = self.state() else {
            return set_on(self.span(), labels);
        };
        if let Some(callsite) = recorded.callsite {
            recorded.slot.set_shared(callsite, labels);
        }
        if let Some(built) = recorded.around.as_deref().and_then(Around::built) {
            set_on(built, labels);
        }
    }

    /// Whether fields that are recorded when the call ends are read: by an exporter, or by lines of
    /// tasks that outlive the call. The thread is right in the call.
    #[must_use]
    pub fn is_read_after_end(&self) -> bool {
        match self.state() {
            State::Span(span, _) => !span.is_disabled(),
            State::Recorded(_) => record::is_shared(),
            State::Traced(traced) => {
                traced.has_record && (traced.is_exported() || record::is_shared())
            }
            State::Nothing | State::Unsampled | State::Around(_) => false,
        }
    }
}

/// Sets fields of a span of `tracing`'s.
fn set_on(span: &Span, fields: &[(&str, FieldValue<'_>)]) {
    let Some(metadata) = span.metadata() else {
        return;
    };
    let mut values = [None; MAX_FIELDS];
    for (slot, field) in values.iter_mut().zip(metadata.fields()) {
        let found = fields.iter().find(|(name, _)| *name == field.name());
        *slot = found.and_then(|(_, value)| *value);
    }
    let values = values.get(..metadata.fields().len()).unwrap_or_default();
    span.record_all(&metadata.fields().value_set_all(values));
}
