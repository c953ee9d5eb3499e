//! Values that are set while a call runs.

use tracing::Metadata;

use super::{super::FieldValue, Values, local::with, span_record::Record};

/// Sets fields of the innermost record. The thread's records are borrowed meanwhile, so the values
/// must not run code of a program when they are formatted.
pub(in crate::span) fn set(
    metadata: &'static Metadata<'static>,
    fields: &[(&str, FieldValue<'_>)],
) {
    with(|thread| {
        let shared = match thread.last()? {
            Record::Shared(record) => record,
            own => {
                let record = own.own_mut()?;
                record.values.set(metadata, fields);
                record.shared.as_ref()?
            }
        };
        shared.update(&Values::of_late(metadata, fields));
        Some(())
    });
}

/// Whether others share the innermost record.
pub(in crate::span) fn is_shared() -> bool {
    let shared = with(|thread| match thread.last()? {
        Record::Shared(_) => Some(true),
        own => Some(own.own()?.shared.is_some()),
    });
    shared.unwrap_or(false)
}

/// Sets values of the innermost record.
pub(in crate::span) fn update(values: &Values) {
    with(|thread| {
        match thread.last()? {
            Record::Shared(record) => record.update(values),
            own => {
                let record = own.own_mut()?;
                record.values.update(values);
                record.shared.as_ref()?.update(values);
            }
        }
        Some(())
    });
}

/// Sets values of the innermost record for those that share it. Nothing else reads them: its call
/// ends.
pub(in crate::span) fn update_shared(values: &Values) {
    with(|thread| {
        match thread.last()? {
            Record::Shared(record) => record.update(values),
            own => own.own()?.shared.as_ref()?.update(values),
        }
        Some(())
    });
}
