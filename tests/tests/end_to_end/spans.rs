//! A parser of the spans that rotel prints.

use std::collections::BTreeMap;

pub(crate) type Attributes = BTreeMap<String, String>;

/// A received span. Attribute values are as printed: `Str(ada)`, `Int(3)`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    /// The id of the parent, or empty for the root of a trace.
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) message: String,
    pub(crate) attributes: Attributes,
    /// The names of its events.
    pub(crate) events: Vec<String>,
    pub(crate) resource: Attributes,
}

/// The state after the lines so far.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    resource: Attributes,
    spans: Vec<Span>,
    part: Part,
}

#[derive(Debug, Default)]
enum Part {
    #[default]
    Resource,
    Span,
    Attributes,
    Events,
    Links,
}

impl Printed {
    /// Takes a line. Returns whether it begins a span or a resource, so that everything before it
    /// is complete.
    pub(crate) fn push(&mut self, line: &str) -> bool {
        let line = line.trim();
        if line.starts_with("ResourceSpans #") {
            self.resource.clear();
            self.part = Part::Resource;
            return true;
        }
        if line.starts_with("Span #") {
            self.spans.push(Span {
                resource: self.resource.clone(),
                ..Span::default()
            });
            self.part = Part::Span;
            return true;
        }
        match line {
            "Attributes:" => self.part = Part::Attributes,
            "Events:" => self.part = Part::Events,
            "Links:" => self.part = Part::Links,
            _ => self.detail(line),
        }
        false
    }

    /// Parses `Kind : SPAN_KIND_CLIENT` and `-> user: Str(ada)`.
    fn detail(&mut self, line: &str) {
        let Some((name, value)) = line.trim_start_matches("-> ").split_once(':') else {
            return;
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if matches!(self.part, Part::Resource) {
            self.resource.insert(name, value);
            return;
        }
        let Some(span) = self.spans.last_mut() else {
            return;
        };
        match (&self.part, name.as_str()) {
            (Part::Attributes, _) => {
                span.attributes.insert(name, value);
            }
            (Part::Events, "Name") => span.events.push(value),
            (Part::Span, "Trace ID") => span.trace = value,
            (Part::Span, "ID") => span.id = value,
            (Part::Span, "Parent ID") => span.parent = value,
            (Part::Span, "Name") => span.name = value,
            (Part::Span, "Kind") => span.kind = value,
            (Part::Span, "Status code") => span.status = value,
            (Part::Span, "Status message") => span.message = value,
            _ => {}
        }
    }

    /// Returns the complete spans.
    pub(crate) fn complete(&self) -> &[Span] {
        let complete = self.spans.len().saturating_sub(1);
        self.spans.get(..complete).unwrap_or_default()
    }
}

/// Returns all spans of the output.
pub(crate) fn printed(lines: &[String]) -> Vec<Span> {
    let mut printed = Printed::default();
    for line in lines {
        printed.push(line);
    }
    printed.spans
}

/// Returns the first span with this name.
pub(crate) fn named<'s>(spans: &'s [Span], name: &str) -> &'s Span {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no span {name:?} in {spans:#?}"))
}
