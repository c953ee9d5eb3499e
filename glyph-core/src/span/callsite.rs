//! Callsites that open spans.

use tracing::{
    Level, Metadata,
    callsite::{DefaultCallsite, Identifier},
    field::FieldSet,
    metadata::Kind,
    subscriber::Interest,
};

use crate::descriptor::message::{Message, same};

/// The most fields that a span can have, its labels among them.
pub(super) const MAX_FIELDS: usize = 32;

/// A function that returns the name of the type of a method.
pub type TypeName = fn() -> &'static str;

/// A source location that opens spans.
///
/// The labels of the stage come from the catalog, and the other fields from the attribute. The
/// macros of `tracing` cannot join the two. The last fields are `otel.status_code` and
/// `error.type`.
#[doc(hidden)]
#[derive(Debug)]
pub struct SpanCallsite {
    names: [&'static str; MAX_FIELDS],
    metadata: Metadata<'static>,
    callsite: DefaultCallsite,
    function: &'static str,
}

impl SpanCallsite {
    /// Creates the static `this`. It refers to itself, because a callsite and its metadata refer to
    /// each other.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated in statics, and every index is compared with a length first"
    )]
    pub const fn new(
        this: &'static Self,
        [labels, fields]: [&[&'static str]; 2],
        [name, target, module, file, function]: [&'static str; 5],
        line: u32,
        level: Level,
    ) -> Self {
        let mut names = [""; MAX_FIELDS];
        let count = labels.len() + fields.len();
        if count + 2 > MAX_FIELDS {
            Message::new("a span has at most 30 labels and fields: remove some").reject()
        }
        let mut index = 0;
        while index < count {
            names[index] = if index < labels.len() {
                labels[index]
            } else {
                fields[index - labels.len()]
            };
            index += 1;
        }
        names[count] = "otel.status_code";
        names[count + 1] = "error.type";
        let (given, _) = this.names.split_at(count + 2);
        Self {
            names,
            metadata: Metadata::new(
                name,
                target,
                level,
                Some(file),
                Some(line),
                Some(module),
                FieldSet::new(given, Identifier(&this.callsite)),
                Kind::SPAN,
            ),
            callsite: DefaultCallsite::new(&this.metadata),
            function,
        }
    }

    /// The path of the function, the name of a method, or an empty string for a block.
    #[must_use]
    pub const fn function(&self) -> &'static str {
        self.function
    }

    /// The metadata of the callsite.
    #[inline]
    #[must_use]
    pub const fn metadata(&'static self) -> &'static Metadata<'static> {
        &self.metadata
    }

    pub(super) fn interest(&'static self) -> Interest {
        self.callsite.interest()
    }
}

/// Rejects a field with the name of one of the stage's labels.
#[doc(hidden)]
#[track_caller]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
pub const fn check_field(labels: &[&str], name: &str) {
    let mut index = 0;
    while index < labels.len() {
        if same(labels[index], name) {
            Message::new("`")
                .text(name)
                .text("` is already on the span as a label: remove it from `fields(..)`")
                .reject()
        }
        index += 1;
    }
}
