//! The operating system's signals that ask a process to end.

use std::{io, thread, time::Duration};

use futures_channel::oneshot;
use tokio::runtime;

use self::system::Signals;
use crate::{health::Health, telemetry::Telemetry};

impl Telemetry {
    /// Waits for SIGTERM or Ctrl-C, sets readiness to 503, and waits for `drain`, so that load
    /// balancers notice.
    ///
    /// A second signal ends that wait. The program then ends its own work, and calls
    /// [`Telemetry::shutdown`].
    ///
    /// The wait uses a separate thread, under any runtime. From the first call on, the signals no
    /// longer end the process.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy").install()?;
    /// telemetry.until_signal(Duration::from_secs(5)).await?;
    /// let _report = telemetry.shutdown().await; // the log has it; `.into_result()?` makes it an error
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the process cannot listen for the signals.
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
            let _caller_is_gone = done.send(end);
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
    health.start_draining();
    tokio::select! {
        again = signals.next() => again,
        () = tokio::time::sleep(drain) => Ok(()),
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    pub(super) struct Signals {
        terminate: Signal,
        interrupt: Signal,
    }

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }

        pub(super) async fn next(&mut self) -> io::Result<()> {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
            Ok(())
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    pub(super) struct Signals;

    impl Signals {
        #[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn next(&mut self) -> io::Result<()> {
            tokio::signal::ctrl_c().await
        }
    }
}
