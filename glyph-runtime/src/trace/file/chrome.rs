//! Conversion of the span file to the JSON of the Chrome trace viewer.

use std::{
    collections::HashMap,
    io::{self, BufRead, Read, Write},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::trace::{Span, SpanKind, SpanStatus};

/// The longest line that is read. Longer ones are skipped.
const LONGEST_LINE: u64 = 16 << 20;

/// The result of a conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conversion {
    /// The number of converted spans.
    pub spans: u64,
    /// The number of lines that are not spans, such as the last one of a killed program.
    pub skipped_lines: u64,
}

/// Converts a span file to JSON for the Chrome trace viewer (`chrome://tracing`) and Perfetto
/// (Google, "Trace Event Format").
///
/// Each trace is a process with the name of its root. Its tracks hold nested spans; spans that
/// overlap without nesting are on separate tracks. Times start at the earliest span. All spans are
/// in memory until the end.
///
/// ```
/// use glyph_runtime::trace::chrome;
///
/// # fn main() -> std::io::Result<()> {
/// let line = r#"{"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","sampled":true,
///     "name":"say \"hello\"","kind":"internal","start_unix_nanos":1000,"duration_nanos":2500,"status":{"code":"ok"}}"#;
/// let mut json = Vec::new();
/// let done = chrome(line.replace('\n', "").as_bytes(), &mut json)?;
/// assert_eq!((done.spans, done.skipped_lines), (1, 0));
/// assert!(String::from_utf8_lossy(&json).contains(r#""name":"say \"hello\"","cat":"internal","ph":"X""#));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Returns an error if `lines` cannot be read or `json` cannot be written.
pub fn chrome(lines: impl BufRead, mut json: impl Write) -> io::Result<Conversion> {
    let (traces, done) = read(lines)?;
    let base = traces.iter().flatten().map(|span| span.start).min();
    let base = base.unwrap_or(UNIX_EPOCH);
    json.write_all(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
    let mut events = Events { json, first: true };
    for (process, mut spans) in (1u32..).zip(traces) {
        // A span comes before the spans that it contains.
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.duration)));
        events.trace(process, &spans, base)?;
    }
    events.json.write_all(b"]}\n")?;
    events.json.flush()?;
    Ok(done)
}

/// Returns the spans by trace, in the order of the first span of each.
fn read(mut lines: impl BufRead) -> io::Result<(Vec<Vec<Span>>, Conversion)> {
    let mut traces: Vec<Vec<Span>> = Vec::new();
    let mut positions = HashMap::new();
    let mut done = Conversion::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok((traces, done));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let Ok(span) = serde_json::from_slice::<Span>(&line) else {
            done.skipped_lines += 1;
            continue;
        };
        done.spans += 1;
        let position = *positions.entry(span.trace_id.clone()).or_insert_with(|| {
            traces.push(Vec::new());
            traces.len() - 1
        });
        if let Some(trace) = traces.get_mut(position) {
            trace.push(span);
        }
    }
}

struct Events<W> {
    json: W,
    first: bool,
}

impl<W: Write> Events<W> {
    fn trace(&mut self, process: u32, spans: &[Span], base: SystemTime) -> io::Result<()> {
        let root = spans
            .iter()
            .find(|span| span.is_local_root())
            .or(spans.first());
        let Some(root) = root else { return Ok(()) };
        let title = format!("{} {}", root.name, root.trace_id);
        self.event(&Event {
            name: "process_name",
            cat: "__metadata",
            ph: 'M',
            ts: json_micros(Duration::ZERO),
            dur: None,
            pid: process,
            tid: 0,
            s: None,
            args: [("name".to_owned(), title.into())].into_iter().collect(),
        })?;
        let mut tracks = Tracks::default();
        for span in spans {
            let start = since(span.start, base);
            let track = tracks.track_of(start, start + span.duration);
            self.span(process, track, span, start)?;
            for event in &span.events {
                self.event(&Event {
                    name: &event.name,
                    cat: "event",
                    ph: 'i',
                    ts: json_micros(since(event.time, base)),
                    dur: None,
                    pid: process,
                    tid: track,
                    s: Some('t'),
                    args: event.attributes.clone(),
                })?;
            }
        }
        Ok(())
    }

    fn span(&mut self, process: u32, track: usize, span: &Span, start: Duration) -> io::Result<()> {
        let mut args = span.attributes.clone();
        args.insert("span_id".to_owned(), span.span_id.clone().into());
        args.insert("trace_id".to_owned(), span.trace_id.clone().into());
        if let Some(parent) = &span.parent_span_id {
            args.insert("parent_span_id".to_owned(), parent.clone().into());
        }
        if let SpanStatus::Error { description } = &span.status {
            args.insert("error".to_owned(), description.clone().into());
        }
        self.event(&Event {
            name: &span.name,
            cat: category(span.kind),
            ph: 'X',
            ts: json_micros(start),
            dur: Some(json_micros(span.duration)),
            pid: process,
            tid: track,
            s: None,
            args,
        })
    }

    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let comma: &[u8] = if self.first { b"\n" } else { b",\n" };
        self.first = false;
        self.json.write_all(comma)?;
        serde_json::to_writer(&mut self.json, event)?;
        Ok(())
    }
}

/// One entry of `traceEvents`, with the field names of the format.
#[derive(Serialize)]
struct Event<'e> {
    name: &'e str,
    cat: &'e str,
    ph: char,
    ts: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<Json>,
    pid: u32,
    tid: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<char>,
    args: Map<String, Json>,
}

/// The tracks of one trace: the ends of the open spans on each, the innermost last.
#[derive(Default)]
struct Tracks(Vec<Vec<Duration>>);

impl Tracks {
    /// Returns the number of the first track on which the span nests, and opens it there.
    fn track_of(&mut self, start: Duration, end: Duration) -> usize {
        for (number, open) in self.0.iter_mut().enumerate() {
            while open.last().is_some_and(|ends| *ends <= start) {
                open.pop();
            }
            if open.last().is_none_or(|ends| end <= *ends) {
                open.push(end);
                return number + 1;
            }
        }
        self.0.push(vec![end]);
        self.0.len()
    }
}

fn category(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Internal => "internal",
        SpanKind::Client => "client",
        SpanKind::Server => "server",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    }
}

fn since(time: SystemTime, base: SystemTime) -> Duration {
    time.duration_since(base).unwrap_or_default()
}

/// Returns microseconds with three decimals, the unit of the format.
#[expect(
    clippy::cast_precision_loss,
    reason = "exact for the first hundred days of a file"
)]
fn json_micros(time: Duration) -> Json {
    (time.as_nanos() as f64 / 1000.0).into()
}
