//! Values that are set while a call runs.

use tracing::Metadata;

use super::{super::FieldValue, Values, local::with};

/// Sets fields of the innermost record. The thread's records are borrowed meanwhile, so the values
/// must not run code of a program when they are formatted.
pub(in crate::span) fn set(
    metadata: &'static Metadata<'static>,
    fields: &[(&str, FieldValue<'_>)],
) {
    with(|thread| {
        let slot = thread.last()?;
        if let Some(record) = slot.own_mut() {
            record.values.set(metadata, fields);
        }
        slot.seen_by_others()?
            .update(&Values::of_late(metadata, fields));
        Some(())
    });
}

/// Whether others share the innermost record.
pub(in crate::span) fn is_shared() -> bool {
    with(|thread| thread.last()?.seen_by_others().map(|_| ())).is_some()
}

/// Sets values of the innermost record.
pub(in crate::span) fn update(values: &Values) {
    with(|thread| {
        let slot = thread.last()?;
        if let Some(record) = slot.own_mut() {
            record.values.update(values);
        }
        slot.seen_by_others()?.update(values);
        Some(())
    });
}

/// Sets values of the innermost record for those that share it. Nothing else reads them: its call
/// ends.
pub(in crate::span) fn update_shared(values: &Values) {
    with(|thread| {
        thread.last()?.seen_by_others()?.update(values);
        Some(())
    });
}
