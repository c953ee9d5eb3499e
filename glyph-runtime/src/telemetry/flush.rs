//! Flushes: all signals within one time limit, while the program goes on.

use std::{sync::Arc, thread, time::Duration};

use futures_channel::oneshot;

use super::{Telemetry, Undelivered};

/// The name of the thread that an asynchronous flush waits on.
const THREAD: &str = "glyph-flush";

impl Telemetry {
    /// Delivers what all signals have now: spans, a push of all metrics, log records, log lines. The
    /// program goes on, and so do its signals.
    ///
    /// Use it where a process may be stopped or frozen without a shutdown: at the end of a lambda's
    /// invocation, of a job's step, of a request that must be seen.
    ///
    /// It works under any runtime, and blocks none of its threads. Without a runtime, use
    /// [`Telemetry::flush_blocking`].
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if something was not delivered within `limit`. It lists each destination
    /// with its items, its URL and its last error. Spans and log records that were not delivered stay
    /// queued for later attempts; later pushes of metrics have everything again.
    pub async fn flush(&self, limit: Duration) -> Result<(), Undelivered> {
        let (done, result) = oneshot::channel();
        let shutdown = Arc::clone(&self.shutdown);
        let started = thread::Builder::new()
            .name(THREAD.to_owned())
            .spawn(move || done.send(shutdown.flush(limit)));
        if started.is_ok()
            && let Ok(result) = result.await
        {
            return result;
        }
        // No thread could be started, so this one has to block.
        self.shutdown.flush(limit)
    }

    /// Delivers what all signals have now, as [`Telemetry::flush`] does, in code that is not
    /// asynchronous.
    ///
    /// It blocks the calling thread for at most `limit`. It may be called inside a runtime.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("worker").build()?;
    /// telemetry.flush_blocking(Duration::from_secs(5))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Telemetry::flush`].
    pub fn flush_blocking(&self, limit: Duration) -> Result<(), Undelivered> {
        self.shutdown.flush(limit)
    }
}
