//! Callsites that open spans.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

use tracing::{
    Level, Metadata,
    callsite::{DefaultCallsite, Identifier},
    field::FieldSet,
    metadata::Kind,
    subscriber::Interest,
};

use crate::{
    descriptor::{
        SourceCrate,
        message::{Message, same},
    },
    sync::lock_unless_lost,
};

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
    source_crate: SourceCrate,
    /// One more than the index in [`LISTED`]. Zero if it is not there.
    number: AtomicUsize,
    /// Whether a field had an error as its value.
    has_error: AtomicBool,
}

/// The callsites that have opened spans.
static LISTED: Mutex<Vec<&'static SpanCallsite>> = Mutex::new(Vec::new());

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
        source_crate: SourceCrate,
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
            source_crate,
            number: AtomicUsize::new(0),
            has_error: AtomicBool::new(false),
        }
    }

    /// The names of the labels, then those of the fields, and empty strings.
    #[inline]
    pub(super) const fn names(&'static self) -> &'static [&'static str] {
        &self.names
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

    /// The crate that the callsite is in.
    #[must_use]
    pub const fn source_crate(&self) -> SourceCrate {
        self.source_crate
    }

    /// Adds the callsite to those whose crates [`source_crate_of`] returns with their versions.
    #[inline]
    pub(super) fn list(&'static self) {
        self.number();
    }

    /// Returns a number by which [`callsite_of`] finds the callsite. Zero if a lock was lost in a
    /// fork of the process.
    #[inline]
    pub fn number(&'static self) -> usize {
        match self.number.load(Relaxed) {
            0 => self.list_first(),
            number => number,
        }
    }

    #[cold]
    fn list_first(&'static self) -> usize {
        let Some(mut listed) = lock_unless_lost(&LISTED) else {
            return 0;
        };
        let known = self.number.load(Relaxed);
        if known > 0 {
            return known;
        }
        listed.push(self);
        let number = listed.len();
        self.number.store(number, Relaxed);
        number
    }

    /// Notes that a field had an error as its value, which no record can keep.
    #[cold]
    pub(super) fn note_error(&self) {
        self.has_error.store(true, Relaxed);
    }

    /// Whether a field had an error as its value.
    #[inline]
    pub(super) fn has_error(&self) -> bool {
        self.has_error.load(Relaxed)
    }

    pub(super) fn interest(&'static self) -> Interest {
        self.callsite.interest()
    }
}

/// Returns the callsite with this number.
#[must_use]
pub fn callsite_of(number: usize) -> Option<&'static SpanCallsite> {
    let listed = lock_unless_lost(&LISTED)?;
    listed.get(number.checked_sub(1)?).copied()
}

/// Returns the crate that a callsite of spans is in. Its version is known for stages and for
/// glyph-core.
#[must_use]
pub fn source_crate_of(metadata: &Metadata<'static>) -> SourceCrate {
    let listed = lock_unless_lost(&LISTED);
    let stage = listed.as_ref().and_then(|listed| {
        let mut listed = listed.iter();
        listed.find(|callsite| std::ptr::eq(callsite.metadata(), metadata))
    });
    let unversioned = || {
        let module = metadata.module_path();
        SourceCrate::unversioned(module.unwrap_or_else(|| metadata.target()))
    };
    stage.map_or_else(unversioned, |callsite| callsite.source_crate)
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
