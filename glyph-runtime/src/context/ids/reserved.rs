//! Names of fields that a log line uses itself.

/// The field with the text of an event.
pub(crate) const MESSAGE: &str = "message";

/// Names that a line uses itself. A field of such a name is called `field.<name>`.
pub(crate) const RESERVED: [&str; 7] = [
    "timestamp",
    "level",
    MESSAGE,
    "target",
    "trace_id",
    "span_id",
    "omitted_fields",
];
