//! `glyph logs`.

use std::{io::Write, thread, time::Duration};

use glyph_runtime::console::client::{Client, LogLine, LogQuery};

use super::json;
use crate::{
    Error,
    arguments::{Level, Logs},
    text::{pairs, shown},
};

/// The time between two requests for further lines.
const PAUSE: Duration = Duration::from_secs(1);

/// Prints recent log lines, the oldest first.
pub(crate) fn logs(
    client: &Client,
    wanted: &Logs,
    is_json: bool,
    output: &mut dyn Write,
) -> Result<(), Error> {
    let mut query = LogQuery {
        level: wanted.level.map(Level::name).map(str::to_owned),
        text: wanted.text.clone(),
        trace_id: wanted.trace.clone(),
        after: None,
        limit: Some(wanted.limit.into()),
    };
    loop {
        let list = client.logs(&query)?;
        if is_json && !wanted.follow {
            return json(&list, output);
        }
        if !list.kept {
            writeln!(output, "The program writes no log.")?;
            return Ok(());
        }
        for found in &list.lines {
            write_line(found, is_json, output)?;
        }
        if !wanted.follow {
            return Ok(());
        }
        output.flush()?;
        query.after = list.last.or(query.after);
        thread::sleep(PAUSE);
    }
}

fn write_line(found: &LogLine, is_json: bool, output: &mut dyn Write) -> Result<(), Error> {
    if is_json {
        serde_json::to_writer(&mut *output, found)?;
        writeln!(output)?;
    } else {
        writeln!(output, "{}", line(found))?;
    }
    Ok(())
}

/// Returns a log line as one line of text.
pub(super) fn line(line: &LogLine) -> String {
    let head = format!(
        "{} {:>5} {}: {}",
        shown(&line.timestamp),
        shown(&line.level),
        shown(&line.target),
        shown(&line.message)
    );
    let fields = pairs(&line.fields);
    let trace = line.trace_id.as_deref().map(shown);
    let trace = trace.map(|id| format!("trace_id={id}")).unwrap_or_default();
    let parts = [head, fields, trace]
        .into_iter()
        .filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}
