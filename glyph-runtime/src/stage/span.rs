//! The span of a call: where it is opened, what it carries, and when it is not built at all.

use std::fmt::{Debug, Display};

use tracing::{
    Level, Metadata, Span, Value,
    callsite::{DefaultCallsite, Identifier},
    dispatcher,
    field::FieldSet,
    level_filters::{LevelFilter, STATIC_MAX_LEVEL},
    metadata::Kind,
    span::Id,
};

use super::Stage;
#[cfg(feature = "trace")]
use crate::trace;
use crate::{
    Exemplar,
    catalog::message::{Message, same},
};

/// A place in the program that opens spans.
///
/// The names of its fields come from two sides, the stage's labels from the catalog and the rest from the
/// attribute, which `tracing`'s macros have no way to say. They end in `otel.status_code` and `error.type`.
#[derive(Debug)]
pub struct SpanSite {
    names: [&'static str; MAX_FIELDS],
    metadata: Metadata<'static>,
    callsite: DefaultCallsite,
    /// The path of the function, the name of a method; empty for a block.
    pub function: &'static str,
}

/// The most fields that a span can have, its labels among them.
const MAX_FIELDS: usize = 32;

impl SpanSite {
    /// The static `this`, which refers to itself: a call site names its metadata, and these the call site.
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
            Message::new("too many labels and fields on a span: the limit is 30").refuse()
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
}

/// The value of one field, absent for one that is recorded later.
pub type FieldValue<'call> = Option<&'call dyn Value>;

/// The value of a field.
#[inline]
pub fn value<V: Value>(value: &V) -> FieldValue<'_> {
    Some(value)
}

/// A value that is to be shown by `Display`.
#[inline]
pub fn displayed<V: Display>(value: &V) -> &dyn Display {
    value
}

/// A value that is to be shown by `Debug`.
#[inline]
pub fn debugged<V: Debug>(value: &V) -> &dyn Debug {
    value
}

/// What gives the name of a method's type.
pub type TypeName = fn() -> &'static str;

/// Which span a stage's span is below.
#[derive(Debug)]
pub enum Parent {
    /// The current one.
    Current,
    /// This one, or none.
    Of(Option<Id>),
}

/// The parent that a site names.
#[inline]
#[must_use]
pub fn parent(parent: impl Into<Option<Id>>) -> Parent {
    Parent::Of(parent.into())
}

/// The span of a call, and where it is opened.
#[derive(Debug)]
pub struct Opened {
    pub(super) span: Span,
    #[cfg(feature = "trace")]
    place: Option<trace::Place>,
}

/// What a span is opened in, as OpenTelemetry knows it.
#[derive(Clone, Copy, Debug)]
pub struct Outer {
    #[cfg(feature = "trace")]
    span: trace::Around,
}

impl Opened {
    /// No span.
    #[inline]
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            span: Span::none(),
            #[cfg(feature = "trace")]
            place: None,
        }
    }

    /// Looks again at what span is current around this one.
    #[cfg(feature = "trace")]
    #[inline]
    pub(super) fn entering(&mut self) {
        if let Some(place) = &mut self.place {
            place.around = trace::Around::current();
        }
    }

    /// Without OpenTelemetry none is current.
    #[cfg(not(feature = "trace"))]
    #[inline]
    pub(super) const fn entering(&mut self) {
        let Self { span: _ } = self;
    }

    /// The current span, this one unless there is none, if it is sampled.
    #[cfg(feature = "trace")]
    #[inline]
    pub(super) fn exemplar(&self) -> Option<Exemplar> {
        trace::exemplar_at(self.place)
    }

    /// Without OpenTelemetry there is none.
    #[cfg(not(feature = "trace"))]
    #[inline]
    pub(super) const fn exemplar(&self) -> Option<Exemplar> {
        let Self { span: _ } = self;
        None
    }
}

/// Refuses a field of the site that has the name of one of the stage's labels.
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
                .refuse()
        }
        index += 1;
    }
}

/// What the site is to open a span in, if it is to open one; it may name the parent.
#[must_use]
pub fn opens(site: &'static SpanSite, names_parent: bool) -> Option<Outer> {
    let level = *site.metadata.level();
    if level > STATIC_MAX_LEVEL || level > LevelFilter::current() {
        return None;
    }
    outer(site, names_parent)
}

fn outer(site: &'static SpanSite, names_parent: bool) -> Option<Outer> {
    let interest = site.callsite.interest();
    if interest.is_never() {
        return None;
    }
    #[cfg(feature = "trace")]
    let span = trace::around(names_parent)?;
    #[cfg(not(feature = "trace"))]
    let _ = names_parent;
    let enabled = interest.is_always()
        || dispatcher::get_default(|dispatch| dispatch.enabled(&site.metadata));
    enabled.then_some(Outer {
        #[cfg(feature = "trace")]
        span,
    })
}

/// The span of a call from a block, if it is to have one.
pub(super) fn own<S: Stage>(stage: &S) -> Option<Opened> {
    let site = S::span_site();
    opens(site, false)?;
    Some(Opened {
        span: labelled(stage, site, Parent::Current, &[]),
        #[cfg(feature = "trace")]
        place: None,
    })
}

/// Opens the span of a call of a function at `site`, its labels filled by `stage`.
pub fn open<S: Stage>(
    stage: &S,
    site: &'static SpanSite,
    outer: Outer,
    parent: Parent,
    of: Option<TypeName>,
    fields: &[FieldValue<'_>],
) -> Opened {
    #[cfg(not(feature = "trace"))]
    let _ = (outer, of);
    Opened {
        span: labelled(stage, site, parent, fields),
        #[cfg(feature = "trace")]
        place: Some(trace::Place {
            site,
            of,
            around: outer.span,
        }),
    }
}

fn labelled<S: Stage>(
    stage: &S,
    site: &'static SpanSite,
    parent: Parent,
    fields: &[FieldValue<'_>],
) -> Span {
    let mut span = Span::none();
    let mut parent = Some(parent);
    stage.label_values(&mut |labels| {
        let parent = parent.take().unwrap_or(Parent::Current);
        span = open_with(&site.metadata, parent, labels, fields);
    });
    span
}

/// Links a span to others.
#[must_use]
pub fn linked(opened: Opened, links: impl Links) -> Opened {
    links.add_to(&opened.span);
    opened
}

/// What a span can be linked to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a collection of spans",
    label = "not a collection of spans",
    note = "use an array, a slice or another collection of spans, of span ids or of OpenTelemetry's span contexts"
)]
pub trait Links {
    /// Links `span` to each.
    fn add_to(self, span: &Span);
}

impl<I: IntoIterator<Item: Link>> Links for I {
    fn add_to(self, span: &Span) {
        for link in self {
            link.add_to(span);
        }
    }
}

/// A span that another one follows from, without being its child.
///
/// It becomes a link of OpenTelemetry's (Tracing API, "Link").
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a span to link to",
    label = "not a span",
    note = "use a span, its id, or a span context of OpenTelemetry"
)]
pub trait Link {
    /// Links `span` to this one.
    fn add_to(&self, span: &Span);
}

impl Link for Span {
    fn add_to(&self, span: &Span) {
        span.follows_from(self);
    }
}

impl Link for Id {
    fn add_to(&self, span: &Span) {
        span.follows_from(self);
    }
}

impl<L: Link> Link for Option<L> {
    fn add_to(&self, span: &Span) {
        if let Some(link) = self {
            link.add_to(span);
        }
    }
}

impl<L: Link + ?Sized> Link for &L {
    fn add_to(&self, span: &Span) {
        L::add_to(self, span);
    }
}

#[cfg(feature = "trace")]
impl Link for opentelemetry::trace::SpanContext {
    fn add_to(&self, span: &Span) {
        trace::link(span, self);
    }
}

fn open_with(
    metadata: &'static Metadata<'static>,
    parent: Parent,
    labels: &[FieldValue<'_>],
    fields: &[FieldValue<'_>],
) -> Span {
    let mut values = [None; MAX_FIELDS];
    fill(&mut values, labels.iter().chain(fields).copied());
    let count = metadata.fields().len();
    opened(metadata, parent, values.get(..count).unwrap_or_default())
}

fn fill<'call>(values: &mut [FieldValue<'call>], given: impl Iterator<Item = FieldValue<'call>>) {
    for (place, value) in values.iter_mut().zip(given) {
        *place = value;
    }
}

fn opened(metadata: &'static Metadata<'static>, parent: Parent, values: &[FieldValue<'_>]) -> Span {
    let values = metadata.fields().value_set_all(values);
    match parent {
        Parent::Current => Span::new(metadata, &values),
        Parent::Of(parent) => Span::child_of(parent, metadata, &values),
    }
}
