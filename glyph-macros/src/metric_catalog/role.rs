//! The roles of a stage's metrics.

use super::field::Kind;

/// The role of a metric in a stage.
pub(super) struct Role {
    /// The key in `#[stage(..)]`, and the field of every value that has one for each role.
    pub(super) name: &'static str,
    /// The kind of metric that it needs. A histogram is one of seconds.
    pub(super) kind: Kind,
    /// The name of the metric in errors, if it is recorded before the outcome is known.
    pub(super) while_running: Option<&'static str>,
    /// The number among the metrics that every call feeds, as in glyph-core. `None` if only some calls
    /// feed the metric.
    pub(super) every_call: Option<usize>,
}

/// Generates the roles that a stage may leave unbound, and the keys of `#[stage(..)]`.
macro_rules! roles {
    ($($name:ident: $kind:ident $(every_call $number:literal)? $(while_running $noun:literal)?,)+) => {
        /// The roles that `#[stage(..)]` binds.
        pub(super) static ROLES: &[Role] = &[
            $(Role {
                name: stringify!($name),
                kind: Kind::$kind,
                while_running: roles!(@optional $($noun)?),
                every_call: roles!(@optional $($number)?),
            },)+
        ];

        /// The keys of `#[stage(..)]`.
        pub(super) const KEYS: &[&str] = &[$(stringify!($name),)+ "cancelled", "labels", "end_labels"];
    };
    (@optional) => { None };
    (@optional $value:literal) => { Some($value) };
}

// One more role is one more line here and in `glyph-core/src/descriptor/roles.rs`. A test
// compares the two.
roles! {
    requests: Counter every_call 1,
    errors: Counter every_call 2,
    in_flight: Gauge every_call 3 while_running "in-flight gauge",
    retries: Counter while_running "retry counter",
    fallbacks: Counter while_running "fallback counter",
    first_item: Histogram,
    between_items: Histogram,
    items: Counter,
}

/// The role of the histogram that the attribute is on.
pub(super) static DURATION: Role = Role {
    name: "duration",
    kind: Kind::Histogram,
    while_running: None,
    every_call: Some(0),
};

impl Role {
    /// Whether the metric is recorded at the end of a call alone: its labels can be known as late.
    pub(super) const fn is_at_end(&self) -> bool {
        self.every_call.is_some() && self.while_running.is_none()
    }
}

/// All roles.
pub(super) fn all() -> impl Iterator<Item = &'static Role> {
    [&DURATION].into_iter().chain(ROLES)
}
