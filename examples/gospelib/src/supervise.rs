//! Starts the services as processes, and keeps them running.

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::errors;
use crate::fault::Fault;
use crate::options::{Process, Role, of_child};
use crate::process::{builder, graph_file};

/// The delay before a service is started again. Each further one is twice as long.
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(10);
/// The time after which a service that runs has the first delay again.
const STABLE: Duration = Duration::from_secs(60);
/// The time that a service has to listen, and to end.
const START: Duration = Duration::from_secs(60);
const END: Duration = Duration::from_secs(10);

/// Runs all services until a signal asks this process to end.
pub(crate) async fn run(process: Process) -> Result<(), Box<dyn Error>> {
    let Process { options, telemetry } = process;
    let _until_the_end = errors::client("gospelib")?;
    let telemetry = builder("gospelib", telemetry).install()?;
    let (graph, _folder) = graph_file(&options)?;
    let mut kept = Vec::new();
    let mut lines = Vec::new();
    let mut content = None;
    for role in [Role::Ingest, Role::Content, Role::Gateway] {
        let address = role.address_among_all(&options);
        if role == Role::Content && options.fault == Some(Fault::ContentDown) {
            content = Some(unused(address).await?);
            continue;
        }
        let service = Service::new(role, &graph, content);
        let running = service.start(address, 1).await?;
        if role == Role::Content {
            content = Some(running.address);
        }
        lines.push(running.line(role));
        kept.push(Kept::start(service, running));
    }
    // The gateway is what people open.
    lines.reverse();
    writeln!(io::stdout(), "{}", lines.join("\n"))?;
    telemetry.until_signal(Duration::ZERO).await?;
    // The gateway ends first, while the others still respond to its last requests.
    for service in kept.into_iter().rev() {
        service.end().await;
    }
    let _report = telemetry.shutdown().await;
    Ok(())
}

/// Returns an address where nothing listens.
async fn unused(address: SocketAddr) -> io::Result<SocketAddr> {
    TcpListener::bind(address).await?.local_addr()
}

/// A service that can be started again and again.
#[derive(Debug)]
struct Service {
    role: Role,
    /// The options that the child gets in addition to those of this process.
    changes: Vec<(&'static str, String)>,
}

/// A service that listens.
#[derive(Debug)]
struct Running {
    child: Child,
    /// Open as long as the service is to run. A wait for the child closes the one that it has.
    input: Option<ChildStdin>,
    address: SocketAddr,
    id: u32,
    starts: u64,
    since: Instant,
}

impl Service {
    fn new(role: Role, graph: &Path, content: Option<SocketAddr>) -> Self {
        let mut changes = vec![("--graph", graph.display().to_string())];
        changes.extend(content.map(|address| ("--content", format!("http://{address}"))));
        Self { role, changes }
    }

    /// Starts the process, and waits until it listens.
    async fn start(&self, address: SocketAddr, starts: u64) -> io::Result<Running> {
        let mut changes = self.changes.clone();
        changes.push(("--listen", address.to_string()));
        changes.push(("--starts", starts.to_string()));
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(of_child(self.role, &changes))
            .env_remove("OTEL_SERVICE_NAME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        // Ctrl-C of a terminal is for this process alone, which ends the others in their order.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let address = timeout(START, listens(&mut child)).await??;
        Ok(Running {
            id: child.id().unwrap_or_default(),
            input: child.stdin.take(),
            child,
            address,
            starts,
            since: Instant::now(),
        })
    }
}

/// Returns the address in the first line of a child.
async fn listens(child: &mut Child) -> io::Result<SocketAddr> {
    let ended = || io::Error::other("the process ended before it listened");
    let output = child.stdout.take().ok_or_else(ended)?;
    let line = BufReader::new(output).lines().next_line().await?;
    let line = line.ok_or_else(ended)?;
    let address = line.split_once("http://").and_then(|(_, rest)| {
        let address = rest.split(' ').next()?;
        address.parse().ok()
    });
    address.ok_or_else(|| io::Error::other(format!("no address in {line:?}")))
}

impl Running {
    fn line(&self, role: Role) -> String {
        format!("{}: http://{} (pid {})", role.name(), self.address, self.id)
    }

    /// Closes the input of the process, which asks it to end, and waits.
    async fn end(mut self) {
        drop(self.input.take());
        if timeout(END, self.child.wait()).await.is_err() {
            tracing::warn!(pid = self.id, "service killed, since it did not end");
            let _is_gone = self.child.kill().await;
        }
    }
}

/// A service that is started again when it ends.
#[derive(Debug)]
struct Kept {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Kept {
    fn start(service: Service, running: Running) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self {
            stop,
            task: tokio::spawn(keep(service, running, stopped)),
        }
    }

    async fn end(self) {
        drop(self.stop);
        let _is_done = self.task.await;
    }
}

async fn keep(service: Service, mut running: Running, mut stop: oneshot::Receiver<()>) {
    let mut delay = FIRST_DELAY;
    loop {
        let status = tokio::select! {
            status = running.child.wait() => status,
            _ = &mut stop => return running.end().await,
        };
        if running.since.elapsed() >= STABLE {
            delay = FIRST_DELAY;
        }
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        tracing::error!(
            service = service.role.name(),
            pid = running.id,
            status,
            delay_ms = delay.as_secs_f64() * 1e3,
            "service ended, starting it again"
        );
        let again = restarted(&service, &running, &mut delay);
        running = tokio::select! {
            running = again => running,
            _ = &mut stop => return,
        };
    }
}

/// Starts a service at its address, after a delay that grows with each attempt.
async fn restarted(service: &Service, before: &Running, delay: &mut Duration) -> Running {
    let name = service.role.name();
    let mut starts = before.starts;
    loop {
        sleep(*delay).await;
        *delay = delay.saturating_mul(2).min(LONGEST_DELAY);
        starts = starts.saturating_add(1);
        match service.start(before.address, starts).await {
            Ok(running) => {
                tracing::info!(service = name, pid = running.id, starts, "service started");
                return running;
            }
            Err(error) => {
                let error: &dyn Error = &error;
                tracing::error!(service = name, starts, error, "service not started");
            }
        }
    }
}
