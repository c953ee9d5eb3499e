//! `glyph traces`.

use std::{
    io::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use glyph_runtime::console::client::{Client, TraceQuery, TraceRow};

use super::json;
use crate::{
    Error,
    arguments::Traces,
    table,
    text::{milliseconds, shown, time_of_day},
};

/// Prints recent traces, the latest first.
pub(crate) fn traces(
    client: &Client,
    wanted: &Traces,
    is_json: bool,
    output: &mut dyn Write,
) -> Result<(), Error> {
    let query = TraceQuery {
        stage: wanted.stage.clone(),
        failed: wanted.failed.then_some(true),
        min_ms: wanted
            .min
            .map(|least| u64::try_from(least.as_millis()).unwrap_or(u64::MAX)),
        limit: Some(wanted.limit.into()),
    };
    let mut list = client.traces(&query)?;
    if let Some(last) = wanted.last {
        let first = since(last);
        list.traces.retain(|trace| trace.start_unix_ms >= first);
    }
    if is_json {
        return json(&list, output);
    }
    if !list.kept {
        writeln!(
            output,
            "The program keeps no traces: it creates none, or its ring of recent traces is disabled."
        )?;
        return Ok(());
    }
    let rows: Vec<_> = list.traces.iter().map(row).collect();
    let head = ["TRACE ID", "STARTED", "DURATION", "SPANS", "NAME", "RESULT"];
    table::write(output, head, &rows)?;
    Ok(())
}

/// Returns the time so long ago, in milliseconds since the Unix epoch.
fn since(last: Duration) -> f64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    now.saturating_sub(last).as_secs_f64() * 1000.0
}

fn row(trace: &TraceRow) -> [String; 6] {
    [
        shown(&trace.trace_id),
        time_of_day(trace.start_unix_ms),
        milliseconds(trace.duration_ms),
        trace.spans.to_string(),
        shown(&trace.name),
        result(trace),
    ]
}

/// Returns whether a trace has failed, with its error.
pub(super) fn result(trace: &TraceRow) -> String {
    match &trace.error {
        Some(error) => format!("failed: {}", shown(error)),
        None if trace.failed => "failed".to_owned(),
        None => "ok".to_owned(),
    }
}
