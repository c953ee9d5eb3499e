//! The process of a plugin, and the messages to and from it.

use std::env;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use glyph_runtime::Outcome;
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::fault::Fault;
use crate::plugin::Plugin;
use crate::protocol::{FromPlugin, ToPlugin};
use crate::telemetry::Reason;

/// The time that a process has for its first message, and for its end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a process is of no use any more.
#[derive(Debug, Error, Outcome)]
pub(crate) enum Lost {
    #[error("the plugin cannot be started or reached: {0}")]
    Unreachable(#[from] io::Error),
    #[error("the plugin ended: {0}")]
    Exited(ExitStatus),
    #[error("the plugin wrote a line that is not a message here: {0}")]
    Garbled(String),
    #[error("the plugin did not respond in time")]
    #[outcome(timeout)]
    Late,
}

impl Lost {
    pub(crate) const fn reason(&self) -> Reason {
        match self {
            Self::Unreachable(_) | Self::Exited(_) => Reason::Exited,
            Self::Garbled(_) => Reason::Garbled,
            Self::Late => Reason::Timeout,
        }
    }
}

/// A running process. Dropping it kills the process.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts this program as a plugin, and waits for its first message.
    pub(crate) async fn start(plugin: Plugin, fault: Option<Fault>) -> Result<Self, Lost> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["plugin", plugin.name()]);
        if let Some(fault) = fault {
            command.args(["--fault", &fault.name()]);
        }
        // A signal of the terminal reaches the group of the proxy, which then ends its plugins in order.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Lost::Unreachable(io::ErrorKind::BrokenPipe.into()));
        };
        let output = BufReader::new(output).lines();
        let mut process = Self {
            child,
            input,
            output,
        };
        let hello = timeout(PATIENCE, process.next()).await;
        match hello.map_err(|_| Lost::Late)?? {
            FromPlugin::Hello { plugin: name } if name == plugin.name() => Ok(process),
            other => Err(Lost::Garbled(format!("{other:?}"))),
        }
    }

    /// Returns the process id, or 0 once it has ended.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    pub(crate) async fn send(&mut self, message: &ToPlugin) -> Result<(), Lost> {
        let mut line = serde_json::to_vec(message).map_err(io::Error::from)?;
        line.push(b'\n');
        match self.input.write_all(&line).await {
            Ok(()) => Ok(()),
            // A process that ended does not read. Its status says more than the error.
            Err(_) => Err(self.ended().await),
        }
    }

    /// Returns the next message. Nothing is lost if the future is dropped.
    pub(crate) async fn next(&mut self) -> Result<FromPlugin, Lost> {
        match self.output.next_line().await? {
            Some(line) => serde_json::from_str(&line).map_err(|_| Lost::Garbled(line)),
            None => Err(self.ended().await),
        }
    }

    async fn ended(&mut self) -> Lost {
        match timeout(PATIENCE, self.child.wait()).await {
            Ok(Ok(status)) => Lost::Exited(status),
            Ok(Err(error)) => Lost::Unreachable(error),
            Err(_) => Lost::Late,
        }
    }

    /// Closes the input, after which the process ends by itself.
    pub(crate) async fn close(mut self) -> Result<(), Lost> {
        drop(self.input);
        match timeout(PATIENCE, self.child.wait()).await {
            Ok(status) => {
                let status = status?;
                status.success().then_some(()).ok_or(Lost::Exited(status))
            }
            Err(_) => Err(Lost::Late),
        }
    }
}
