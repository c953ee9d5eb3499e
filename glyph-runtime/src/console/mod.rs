//! The console: a page that shows the running program, and the same as JSON.
//!
//! With the feature `console`, the admin listener serves a page at `/`. It has the stages with their
//! latencies and errors, the catalog with its series, and recent traces. The page needs no network and no
//! other program. What it shows is at `/api/v1/` too, as `/api/v1/openapi.json` describes it.
//!
//! | path | response |
//! |---|---|
//! | `/` | the page |
//! | `/api/v1/overview` | the service, its checks, and each stage over the last five minutes |
//! | `/api/v1/live` | the overview every two seconds, as server-sent events |
//! | `/api/v1/metrics` | each metric with its labels, and its series out of the limit |
//! | `/api/v1/series?metric=..` | the series of a metric over the last 15 minutes |
//! | `/api/v1/heatmap?metric=..` | what each bucket of a histogram counted in that time, and its exemplars |
//! | `/api/v1/logs?level=warn&text=..&trace_id=..&after=..` | recent lines of the log |
//! | `/api/v1/logs/live` | the same, and then each further line, as server-sent events |
//! | `/api/v1/logs/filter` | the filter of the log, set by a POST |
//! | `/api/v1/alerts` | the alerts and objectives of the catalogs, evaluated in the process |
//! | `/api/v1/traces?stage=..&status=error&min_ms=..&trace_id=..` | recent traces |
//! | `/api/v1/traces/{id}` | one trace with its spans |
//! | `/api/v1/profile?seconds=..` | a CPU profile as a tree, with the feature `profile` |
//! | `/api/v1/programs` | other programs that the page can show |
//!
//! `/mcp` is the same for coding assistants, in the Model Context Protocol.
//!
//! It is on in builds with debug assertions, and off in others. [`console`] and `GLYPH_CONSOLE` change
//! that. On a loopback address it needs nothing else. On another address, requests need the
//! [admin token], and get a 401 without it. A request whose `Host` is neither loopback nor
//! [named by the program] gets a 403, so that no page of another site can read the console.
//!
//! Stages and metrics that are recorded do no work for it. A thread, `glyph-console`, reads the metrics every five
//! seconds, and keeps what changed for 15 minutes in at most [32 MiB](DEFAULT_MEMORY). One eighth of that
//! is for the latest log lines, one for the windows of alerts, and one for what the allocator adds. Whoever
//! writes a batch of lines to the output copies it for the console. On a terminal, where lines are pretty,
//! each event is rendered a second time, as JSON.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::Telemetry;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop")
//!     .listener(([127, 0, 0, 1], 0))
//!     .console(true)
//!     .console_memory(8 << 20)
//!     .install()?;
//! let address = telemetry.local_addr().ok_or("no listener")?;
//! let overview = ureq::get(format!("http://{address}/api/v1/overview")).call()?;
//! assert!(overview.into_body().read_to_string()?.contains(r#""service":"shop""#));
//! let report = telemetry.shutdown_blocking(Duration::from_secs(5));
//! assert!(report.is_complete(), "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! [`console`]: crate::TelemetryBuilder::console
//! [admin token]: crate::TelemetryBuilder::admin_token
//! [named by the program]: crate::TelemetryBuilder::console_host

mod alerts;
mod catalog;
#[cfg(feature = "console-client")]
pub mod client;
mod frame;
mod heat_map;
mod history;
#[cfg(all(test, target_os = "linux"))]
mod hour;
mod key;
mod level;
mod live;
mod logs;
mod mcp;
mod metric_history;
mod number;
mod origin;
mod overview;
mod page;
mod profile;
mod quantile;
mod received;
mod router;
mod series;
mod sharing;
mod stages;
mod state;
mod subject;
mod tail;
mod thread;
mod traces;
mod varint;

use std::{error::Error, num::NonZeroU32, sync::Arc};

use self::{live::Clients, router::Shared, state::State, thread::Thread};
pub(crate) use self::{
    live::Streams,
    logs::Log,
    origin::{InvalidOrigin, Origin},
    router::Routes,
    sharing::Sharing,
    subject::{Identity, Subject},
};

/// The default limit of bytes that the history and the log lines of a console take.
pub const DEFAULT_MEMORY: usize = 32 << 20;

/// The least limit of bytes.
const LEAST_MEMORY: usize = 1 << 20;

/// The limits of a console, which the program can set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The limit of bytes.
    pub(crate) memory: usize,
    /// The divisor of times of alerts, for a rehearsal.
    pub(crate) shortened: Option<NonZeroU32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: DEFAULT_MEMORY,
            shortened: None,
        }
    }
}

/// The parts of the limit of bytes.
#[derive(Clone, Copy, Debug)]
struct Shares {
    lines: usize,
    alerts: usize,
    history: usize,
}

impl Shares {
    /// Log lines and the windows of alerts take one in eight each. One is for what the allocator adds.
    fn of(memory: usize) -> Self {
        let eighth = memory.max(LEAST_MEMORY) / 8;
        Self {
            lines: eighth,
            alerts: eighth,
            history: 5 * eighth,
        }
    }
}

/// Starts a console, and returns its routes and its streams. It ends when the routes are dropped.
///
/// # Errors
///
/// Returns an error if its thread does not start, or an origin cannot be in a header.
pub(crate) fn start(
    subject: Subject,
    limits: Limits,
    sharing: Sharing,
) -> Result<(Routes, Streams), Box<dyn Error + Send + Sync>> {
    let headers = Arc::new(sharing.headers()?);
    let shares = Shares::of(limits.memory);
    if let Some(lines) = &subject.log.lines {
        lines.keep(shares.lines);
    }
    let profiles = subject.profiles.clone();
    let state = State::new(subject, shares, limits.shortened);
    let thread = Thread::start(state)?;
    let clients = Clients::new();
    let streams = clients.streams();
    let events = clients.clone();
    thread.spawn(|state| events.send(state));
    let routes = router::routes(
        Shared {
            thread,
            clients,
            profiles,
            sharing: Arc::new(sharing),
        },
        headers,
    );
    Ok((routes, streams))
}
