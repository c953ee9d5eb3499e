//! The tree of spans as text, so that two trees can be compared.

use std::{collections::BTreeMap, time::Duration};

use opentelemetry::{KeyValue, SpanId, trace::SpanContext};
use opentelemetry_sdk::trace::SpanData;

/// Records take the system time from the cycle counter, which is not read at the same moment.
const CLOSE: Duration = Duration::from_micros(10);

/// Returns the traces of `spans` with everything but ids and times, as lines.
pub(super) fn of(spans: &[SpanData]) -> String {
    let mut children: BTreeMap<[u8; 8], Vec<&SpanData>> = BTreeMap::new();
    for span in spans {
        let is_there = |parent: SpanId| {
            let mut spans = spans.iter();
            spans.any(|span| span.span_context.span_id() == parent)
        };
        let parent = span.parent_span_id;
        assert!(parent == SpanId::INVALID || is_there(parent) || span.parent_span_is_remote);
        let parent = if is_there(parent) {
            parent
        } else {
            SpanId::INVALID
        };
        children.entry(parent.to_bytes()).or_default().push(span);
    }
    let roots = children.get(&SpanId::INVALID.to_bytes());
    let roots = roots.into_iter().flatten();
    let mut traces: Vec<_> = roots.map(|root| shown(root, &children, spans)).collect();
    traces.sort();
    traces.join("")
}

fn shown(
    span: &SpanData,
    children: &BTreeMap<[u8; 8], Vec<&SpanData>>,
    all: &[SpanData],
) -> String {
    let events: Vec<_> = span
        .events
        .iter()
        .map(|event| format!("{} {:?}", event.name, attributes(&event.attributes)))
        .collect();
    let links = span.links.iter();
    let links: Vec<_> = links.map(|link| name(&link.span_context, all)).collect();
    let below = children.get(&span.span_context.span_id().to_bytes());
    let below = below.into_iter().flatten();
    let mut below: Vec<_> = below
        .map(|child| {
            assert_eq!(child.span_context.trace_id(), span.span_context.trace_id());
            let start = child.start_time + CLOSE;
            assert!(start >= span.start_time, "{child:?} in {span:?}");
            shown(child, children, all)
        })
        .collect();
    below.sort();
    assert!(span.end_time >= span.start_time);
    let below = below.iter().flat_map(|child| child.lines());
    let below = below.fold(String::new(), |all, line| all + "  " + line + "\n");
    format!(
        "{} {:?} {:?} {} {:?} {events:?} {links:?}\n{below}",
        span.name,
        span.span_kind,
        span.status,
        span.instrumentation_scope.name(),
        attributes(&span.attributes),
    )
}

/// Returns the name of a span that is linked to.
fn name(to: &SpanContext, all: &[SpanData]) -> String {
    let mut all = all.iter();
    let found = all.find(|span| span.span_context.span_id() == to.span_id());
    found.map_or_else(|| to.span_id().to_string(), |span| span.name.to_string())
}

fn attributes(attributes: &[KeyValue]) -> Vec<String> {
    // No two runs wait equally long.
    let attributes = attributes.iter();
    let mut shown: Vec<_> = attributes
        .filter(|pair| pair.key.as_str() != "wait.duration")
        .map(|pair| format!("{}={:?}", pair.key, pair.value.to_string()))
        .collect();
    shown.sort();
    shown
}
