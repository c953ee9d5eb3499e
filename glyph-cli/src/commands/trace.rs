//! `glyph trace`.

use std::io::Write;

use glyph_runtime::console::client::{Client, LogQuery, Span, Trace as Found};
use serde_json::json;

use super::{json as print_json, logs::line, traces::result};
use crate::{
    Error,
    arguments::Trace,
    text::{milliseconds, pairs, shown, time_of_day},
};

/// The most log lines of a trace.
const MOST_LINES: usize = 1000;

/// Prints the spans and the log lines of a trace.
pub(crate) fn trace(
    client: &Client,
    wanted: &Trace,
    is_json: bool,
    output: &mut dyn Write,
) -> Result<(), Error> {
    let found = client.trace(&wanted.id)?;
    let query = LogQuery {
        trace_id: Some(found.row.trace_id.clone()),
        limit: Some(MOST_LINES),
        ..LogQuery::default()
    };
    let lines = client.logs(&query)?.lines;
    if is_json {
        return print_json(&json!({ "trace": found, "lines": lines }), output);
    }
    head(&found, output)?;
    for span in &found.tree {
        write_span(span, output)?;
    }
    if !lines.is_empty() {
        writeln!(output)?;
    }
    for found in &lines {
        writeln!(output, "{}", line(found))?;
    }
    Ok(())
}

fn head(found: &Found, output: &mut dyn Write) -> Result<(), Error> {
    let row = &found.row;
    let (started, duration) = (
        time_of_day(row.start_unix_ms),
        milliseconds(row.duration_ms),
    );
    writeln!(
        output,
        "{} {started} {duration} {}",
        shown(&row.trace_id),
        result(row)
    )?;
    if row.missing_spans > 0 {
        writeln!(
            output,
            "{} spans are missing, for which there was no room",
            row.missing_spans
        )?;
    }
    Ok(())
}

fn write_span(span: &Span, output: &mut dyn Write) -> Result<(), Error> {
    let indent = " ".repeat(2 * span.depth.min(32));
    let (duration, offset) = (milliseconds(span.duration_ms), milliseconds(span.offset_ms));
    write!(
        output,
        "{indent}{} {duration}, after {offset}",
        shown(&span.name)
    )?;
    if span.status == "error" {
        let error = span.error.as_deref().unwrap_or_default();
        write!(output, ", failed: {}", shown(error))?;
    }
    writeln!(output)?;
    if !span.attributes.is_empty() {
        writeln!(output, "{indent}    {}", pairs(&span.attributes))?;
    }
    for event in &span.events {
        let offset = milliseconds(event.offset_ms);
        let fields = pairs(&event.attributes);
        writeln!(
            output,
            "{indent}    {} after {offset} {fields}",
            shown(&event.name)
        )?;
    }
    for link in &span.links {
        writeln!(
            output,
            "{indent}    linked to {} {}",
            shown(&link.trace_id),
            shown(&link.span_id)
        )?;
    }
    Ok(())
}
