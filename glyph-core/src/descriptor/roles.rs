//! The roles of a stage's metrics.

/// Calls a macro with the roles that a stage may leave unbound, each after its documentation as a
/// family of the stage.
///
/// One more role is one more line here and in `glyph-macros/src/metric_catalog/role.rs`. A test
/// compares the two.
macro_rules! with_roles {
    ($generate:ident) => {
        $generate! {
            /// The family name of its request counter.
            requests,
            /// The family name of its error counter.
            errors,
            /// The family name of its in-flight gauge.
            in_flight,
            /// The family name of its retry counter.
            retries,
            /// The family name of its fallback counter.
            fallbacks,
            /// The family name of the histogram of the time to a stream's first item.
            first_item,
            /// The family name of the histogram of the gaps between a stream's items.
            between_items,
            /// The family name of the counter of a stream's items.
            items,
        }
    };
}
pub(crate) use with_roles;
