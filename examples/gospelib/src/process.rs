//! One service as a process.

use std::error::Error;
use std::future::pending;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::Router;
use glyph_runtime::config::{Environment, Setting, TelemetryArgs};
use glyph_runtime::http::ClientMetrics;
use glyph_runtime::log::{FieldNames, LevelCase, LineShape, Output};
use glyph_runtime::{Telemetry, TelemetryBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::browser::Browsers;
use crate::fault::Fault;
use crate::graph::Graph;
use crate::model::ModelClient;
use crate::options::{Options, Process, Role};
use crate::peer::Peer;
use crate::service::Serving;
use crate::telemetry::ServiceMetrics;
use crate::{content, errors, gateway, ingest, watch};

/// The variable for the address of the collector of spans.
const COLLECTOR: &str = "GOSPELIB_TEMPO_OTLP_ENDPOINT";

/// The time after which `--fault crash` ends the ingest service.
const CRASH: Duration = Duration::from_millis(50);

/// Returns the settings of the telemetry that all processes share.
pub(crate) fn builder(service: &str, arguments: TelemetryArgs) -> TelemetryBuilder {
    let builder = Telemetry::builder(service)
        .version(env!("CARGO_PKG_VERSION"))
        .catalog(ServiceMetrics::global())
        .catalog(ClientMetrics::global())
        .environment(variables())
        .arguments(arguments)
        .log(|log| {
            log.output = Output::Stderr;
            log.shape = line_shape();
        })
        .without_listener()
        .profile_host(service);
    errors::reported(builder)
}

/// The variables of all processes.
pub(crate) fn variables() -> Environment<'static> {
    Environment::of_process().alias(COLLECTOR, Setting::Endpoint)
}

/// Returns the shape of log lines that the queries of the stack expect: `level="error"`,
/// `latency_ms > 500`.
fn line_shape() -> LineShape {
    LineShape {
        names: FieldNames {
            duration: Some("latency_ms".into()),
            ..FieldNames::short()
        },
        level: LevelCase::Lower,
        ..LineShape::default()
    }
}

/// Returns the file of the graph, and its folder if that is temporary.
pub(crate) fn graph_file(options: &Options) -> io::Result<(PathBuf, Option<TempDir>)> {
    if let Some(file) = &options.graph {
        return Ok((file.clone(), None));
    }
    let folder = TempDir::with_prefix("gospelib-")?;
    Ok((folder.path().join("graph.db"), Some(folder)))
}

/// Runs a service until a signal asks it to end, or its parent has ended.
pub(crate) async fn run(role: Role, process: Process) -> Result<(), Box<dyn Error>> {
    let Process { options, telemetry } = process;
    let reports = errors::client(role.name())?;
    let (is_child, fault) = (options.child, options.fault);
    let crash = async {
        match (role, fault) {
            (Role::Ingest, Some(Fault::Crash)) => sleep(CRASH).await,
            _ => pending().await,
        }
    };
    let listener = TcpListener::bind(role.address(&options)).await?;
    let service = Service::start(role, &options, telemetry).await?;
    let profiles = service.telemetry.profile_router(listener.local_addr()?);
    let serving = Serving::start(listener, service.routes.clone().merge(profiles))?;
    let (address, id) = (serving.address, std::process::id());
    writeln!(io::stdout(), "{}: http://{address} (pid {id})", role.name())?;
    let crashed = tokio::select! {
        signal = service.telemetry.until_signal(Duration::ZERO) => {
            signal?;
            false
        }
        () = orphaned(), if is_child => false,
        () = crash => true,
    };
    if crashed {
        tracing::error!("the service ends by `--fault crash`");
        drop(reports);
        std::process::exit(1);
    }
    serving.stop().await;
    service.end().await;
    Ok(())
}

/// Waits for the end of the standard input, which a parent keeps open.
async fn orphaned() {
    let (parent, gone) = oneshot::channel::<()>();
    // A thread, since a task that reads cannot be stopped.
    thread::spawn(move || {
        let _until_its_end = io::copy(&mut io::stdin(), &mut io::sink());
        drop(parent);
    });
    let _is_closed = gone.await;
}

/// A service that is ready to serve.
struct Service {
    telemetry: Telemetry,
    routes: Router,
    browsers: Option<Browsers>,
    _folder: Option<TempDir>,
}

impl Service {
    async fn start(
        role: Role,
        options: &Options,
        arguments: TelemetryArgs,
    ) -> Result<Self, Box<dyn Error>> {
        ServiceMetrics::global().restarts.add(options.starts);
        match role {
            Role::Gateway => Self::gateway(options, &arguments).await,
            Role::Content | Role::Ingest => Self::of_graph(role, options, arguments).await,
        }
    }

    async fn gateway(options: &Options, arguments: &TelemetryArgs) -> Result<Self, Box<dyn Error>> {
        let content = Peer::new(&options.content)?;
        let telemetry = gateway_checks(builder(Role::Gateway.name(), arguments.clone()), &content);
        let telemetry = telemetry.listener_for_console().install()?;
        let browsers = Browsers::start(arguments)?;
        watch::certificate(options.certificate.as_deref())?;
        let model = ModelClient::start(options).await?;
        let routes = gateway::router(content, browsers.clone(), model, options)?;
        Ok(Self {
            routes: telemetry.router().merge(routes),
            telemetry,
            browsers: Some(browsers),
            _folder: None,
        })
    }

    async fn of_graph(
        role: Role,
        options: &Options,
        arguments: TelemetryArgs,
    ) -> Result<Self, Box<dyn Error>> {
        let (file, folder) = graph_file(options)?;
        let graph = Graph::open(&file, options)?;
        let telemetry = graph_checks(builder(role.name(), arguments), &graph);
        let telemetry = telemetry.listener_for_console().install()?;
        graph.expose()?;
        watch::disk(&file);
        let routes = match role {
            Role::Ingest => {
                ingest::first(&graph, options).await;
                ingest::router(graph)
            }
            _ => content::router(graph.exhaust()),
        };
        Ok(Self {
            routes: telemetry.router().merge(routes),
            telemetry,
            browsers: None,
            _folder: folder,
        })
    }

    async fn end(self) {
        if let Some(browsers) = &self.browsers {
            browsers.end().await;
        }
        // The log has what was not delivered. The work is done, so that is not an error of the program.
        let _report = self.telemetry.shutdown().await;
    }
}

/// Adds the checks of the gateway.
pub(crate) fn gateway_checks(builder: TelemetryBuilder, content: &Peer) -> TelemetryBuilder {
    let content = content.clone();
    builder.check("content", move || {
        let content = content.clone();
        async move { content.health().await }
    })
}

/// Adds the checks of the services that have the graph.
pub(crate) fn graph_checks(builder: TelemetryBuilder, graph: &Arc<Graph>) -> TelemetryBuilder {
    let graph = Arc::clone(graph);
    builder.check("graph", move || {
        let graph = Arc::clone(&graph);
        async move { graph.ping().await }
    })
}
