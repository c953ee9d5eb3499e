//! Links from a span to those that it follows from.

use tracing::{Span, span::Id};

use super::{Annotate, OpenSpan, traces::traces};
use crate::Exemplar;

/// A collection of spans to link to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a collection of spans",
    label = "not a collection of spans",
    note = "`links` takes an array, a slice or another collection of spans, span ids, exemplars or \
            `trace::remote(&span_context)`"
)]
pub trait Links {
    /// Links `span` to each.
    fn add_to(self, span: &Span);

    /// Links the span of a record to each.
    #[doc(hidden)]
    fn add_to_traced(self, span: &dyn Annotate);
}

impl<I: IntoIterator<Item: Link>> Links for I {
    fn add_to(self, span: &Span) {
        for link in self {
            link.add_to(span);
        }
    }

    fn add_to_traced(self, span: &dyn Annotate) {
        for link in self {
            link.add_to_traced(span);
        }
    }
}

impl OpenSpan {
    /// Links the span to others.
    pub(crate) fn link(&self, links: impl Links) {
        match self.traced() {
            Some(span) => links.add_to_traced(&*span),
            None => links.add_to(self.span()),
        }
    }

    /// Links the span to another one.
    pub fn link_to(&self, link: &impl Link) {
        self.link([link]);
    }
}

/// A span that another one follows from, without being its child.
///
/// It becomes a link of OpenTelemetry (Tracing API, "Link").
///
/// An [`Exemplar`] links to a sampled span of another trace or process. Such a link is dropped if
/// no pipeline is connected.
#[diagnostic::on_unimplemented(
    message = "a span cannot be linked to `{Self}`",
    label = "not a span",
    note = "link to spans, span ids, exemplars or `trace::remote(&span_context)`"
)]
pub trait Link {
    /// Links `span` to this one.
    fn add_to(&self, span: &Span);

    /// Links the span of a record to this one. A type of a program, which knows only spans of
    /// `tracing`'s, adds none.
    #[doc(hidden)]
    fn add_to_traced(&self, _: &dyn Annotate) {}
}

impl Link for Span {
    fn add_to(&self, span: &Span) {
        match traces() {
            Some(traces) => traces.link_to_span(span, self),
            None => follow(span, self.id()),
        }
    }

    fn add_to_traced(&self, span: &dyn Annotate) {
        span.link_to_span(self);
    }
}

impl Link for Id {
    fn add_to(&self, span: &Span) {
        follow(span, Some(self.clone()));
    }

    fn add_to_traced(&self, span: &dyn Annotate) {
        span.link_to_id(self);
    }
}

/// A span does not follow from itself: a layer would lock it twice. An id of another subscriber can
/// be that of `span` as well.
fn follow(span: &Span, id: Option<Id>) {
    if id.is_some() && id != span.id() {
        span.follows_from(id);
    }
}

impl Link for Exemplar {
    fn add_to(&self, span: &Span) {
        if let Some(traces) = traces() {
            traces.link(span, *self);
        }
    }

    fn add_to_traced(&self, span: &dyn Annotate) {
        span.link(*self);
    }
}

impl<L: Link> Link for Option<L> {
    fn add_to(&self, span: &Span) {
        if let Some(link) = self {
            link.add_to(span);
        }
    }

    fn add_to_traced(&self, span: &dyn Annotate) {
        if let Some(link) = self {
            link.add_to_traced(span);
        }
    }
}

impl<L: Link + ?Sized> Link for &L {
    fn add_to(&self, span: &Span) {
        L::add_to(self, span);
    }

    fn add_to_traced(&self, span: &dyn Annotate) {
        L::add_to_traced(self, span);
    }
}
