//! The signals by which a process is asked to end.

use std::{io, thread, time::Duration};

use futures_channel::oneshot;
use tokio::runtime;

use crate::{health::Health, telemetry::Telemetry};

impl Telemetry {
    /// Waits for SIGTERM or Ctrl-C, turns readiness to 503, and waits for as long as `drain` says, so that whoever
    /// sends work here notices. A second signal ends that wait. The program then ends its own work, and calls
    /// [`Telemetry::shutdown`].
    ///
    /// It waits on a thread of its own, under any runtime. From the first call on the signals no longer end the process.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy").install()?;
    /// telemetry.until_signal(Duration::from_secs(5)).await?;
    /// telemetry.shutdown().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the signals cannot be listened to.
    pub async fn until_signal(&self, drain: Duration) -> io::Result<()> {
        let (mut done, result) = oneshot::channel();
        let health = self.health().clone();
        let run = move || {
            let end = match runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(async {
                    tokio::select! {
                        ended = drained(&health, drain) => ended,
                        () = done.cancellation() => Ok(()),
                    }
                }),
                Err(error) => Err(error),
            };
            let _nobody_waits = done.send(end);
        };
        thread::Builder::new()
            .name("glyph-signal".to_owned())
            .spawn(run)?;
        let died = |_| Err(io::Error::other("the thread that waits for signals ended"));
        result.await.unwrap_or_else(died)
    }
}

async fn drained(health: &Health, drain: Duration) -> io::Result<()> {
    let mut signals = Signals::new()?;
    signals.next().await?;
    health.draining();
    tokio::select! {
        again = signals.next() => again,
        () = tokio::time::sleep(drain) => Ok(()),
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        Ok(())
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}
