//! The parts of the proxy, started and ended in order.

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use glyph_runtime::{audit, context};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::Started;
use crate::bus::Bus;
use crate::cli::Cli;
use crate::netgate::Netgate;
use crate::origin::{Origin, visit};
use crate::plugin::Plugin;
use crate::proxy::Proxy;
use crate::replay::{self, load_flows};
use crate::supervisor::Services;

/// The time that the last batch of a file has.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running proxy with its plugins.
pub(crate) struct System {
    bus: Arc<Bus>,
    /// The address of the proxy.
    address: SocketAddr,
    end: oneshot::Sender<()>,
    served: JoinHandle<()>,
    writers: Writers,
}

/// The tasks that write files.
struct Writers {
    flows: JoinHandle<()>,
    cases: JoinHandle<()>,
}

impl System {
    pub(crate) async fn start(cli: Cli, started: &Started) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind(cli.proxy).await?;
        let address = listener.local_addr()?;
        if !cli.once {
            writeln!(io::stdout(), "forwarding on http://{address}")?;
        }
        let [limit, plugin_limit] = cli.limits();
        let [rate, host_rate] = cli.rates();
        let (flows, flows_task) = replay::flows(cli.flows_file)?;
        let (cases, cases_task) = replay::cases(cli.cases_file)?;
        let services = Services {
            netgate: Netgate::new(rate, host_rate, cli.allow_host),
            cases,
            limit: plugin_limit,
            fault: cli.fault,
            prints: !cli.once,
        };
        let bus = Arc::new(Bus::start(&Arc::new(services)));
        let bus = Arc::clone(started.get_or_init(|| bus));
        audit!(
            action = "start",
            plugins = Plugin::ALL.len(),
            "proxy started"
        );
        if let Some(file) = cli.replay_file {
            replayed(&bus, file).await?;
        }
        let proxy = Arc::new(Proxy::new(Arc::clone(&bus), flows, limit));
        let (end, ends) = oneshot::channel();
        Ok(Self {
            bus,
            address,
            end,
            served: tokio::spawn(proxy.serve(listener, ends)),
            writers: Writers {
                flows: flows_task,
                cases: cases_task,
            },
        })
    }

    /// Ends the proxy, then the plugins: what was accepted is delivered.
    pub(crate) async fn end(self) {
        let (bus, writers) = self.end_proxy().await;
        bus.drain().await;
        written(writers.cases).await;
    }

    /// Ends the proxy, and waits for the file of flows.
    async fn end_proxy(self) -> (Arc<Bus>, Writers) {
        let Self {
            bus,
            end,
            served,
            mut writers,
            ..
        } = self;
        let _is_still_serving = end.send(());
        if let Err(error) = served.await {
            tracing::error!(%error, "the proxy failed");
        }
        written(&mut writers.flows).await;
        (bus, writers)
    }
}

async fn written(writer: impl Future<Output = Result<(), tokio::task::JoinError>>) {
    if !matches!(timeout(PATIENCE, writer).await, Ok(Ok(()))) {
        tracing::error!("a file was not written to its end");
    }
}

/// Hands the flows of a file to the plugins.
async fn replayed(bus: &Bus, file: PathBuf) -> Result<(), Box<dyn Error>> {
    let flows = context::spawn_blocking(move || load_flows(&file)).await??;
    for flow in flows {
        bus.dispatch(flow).await;
    }
    Ok(())
}

/// Captures flows of an embedded origin, replays them from their file, and ends.
pub(crate) async fn once(mut cli: Cli, started: &Started) -> Result<(), Box<dyn Error>> {
    // Without a file of their own, flows are in one that is deleted at the end.
    let own = tempfile::NamedTempFile::new()?;
    let file = cli.flows_file.clone();
    let file = file.unwrap_or_else(|| own.path().to_owned());
    cli.flows_file = Some(file.clone());
    cli.proxy = SocketAddr::from(([127, 0, 0, 1], 0));
    let origin = Origin::start(cli.fault).await?;
    let system = System::start(cli, started).await?;
    visit(system.address, &origin).await?;
    let (bus, writers) = system.end_proxy().await;
    replayed(&bus, file).await?;
    bus.drain().await;
    written(writers.cases).await;
    origin.report();
    Ok(())
}
