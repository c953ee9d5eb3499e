//! rotel, an independent OpenTelemetry collector that prints the spans that it receives.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use glyph_tests::{children::Process, environment};

/// A running collector.
pub(crate) struct Rotel {
    /// The endpoint for OTLP over HTTP.
    pub(crate) endpoint: String,
    process: Process,
}

/// A span in the collector's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) service: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// The id of the parent, or empty for the root of a trace.
    pub(crate) parent: String,
    pub(crate) name: String,
}

impl Rotel {
    pub(crate) fn start() -> Self {
        let [grpc, http] = [free(), free()];
        let mut command = Command::new(program());
        environment::clean(&mut command)
            .arg("start")
            .args(["--otlp-grpc-endpoint", &grpc, "--otlp-http-endpoint", &http])
            .args(["--exporter", "blackhole", "--batch-timeout", "200ms"])
            .args(["--debug-log", "traces", "--debug-log-verbosity", "detailed"])
            .env("NO_COLOR", "1");
        Self {
            endpoint: format!("http://{http}"),
            process: Process::start(&mut command),
        }
    }

    /// Returns the printed spans of a trace, once `enough` is true for them.
    pub(crate) fn spans(&mut self, trace: &str, enough: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let mut service = String::new();
        let mut spans: Vec<Span> = Vec::new();
        loop {
            let line = self.process.line("the spans of the trace");
            let line = line.trim().trim_start_matches("-> ");
            if line.starts_with("Span #") {
                spans.push(Span::default());
            }
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match (name.trim(), spans.last_mut()) {
                ("service.name", _) => {
                    let value = value.strip_prefix("Str(").unwrap();
                    value.trim_end_matches(')').clone_into(&mut service);
                }
                ("Trace ID", Some(span)) if span.trace.is_empty() => {
                    value.clone_into(&mut span.trace);
                    span.service.clone_from(&service);
                }
                ("Parent ID", Some(span)) => value.clone_into(&mut span.parent),
                ("ID", Some(span)) if span.id.is_empty() => value.clone_into(&mut span.id),
                ("Name", Some(span)) if span.name.is_empty() => {
                    value.clone_into(&mut span.name);
                    let spans = spans.iter().filter(|span| span.trace == trace);
                    let spans: Vec<_> = spans.cloned().collect();
                    if enough(&spans) {
                        return spans;
                    }
                }
                _ => {}
            }
        }
    }
}

/// Returns the program that `.ci/run` installs, or that of the variable.
fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("GLYPH_ROTEL") {
        return path.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/rotel/lib");
    let versions = root.read_dir().into_iter().flatten().filter_map(Result::ok);
    let programs = versions.map(|version| version.path().join("site-packages/rotel/rotel-agent"));
    let found = programs.into_iter().find(|program| program.exists());
    // Without a program, the start fails and names what is missing.
    found.unwrap_or_else(|| "rotel-agent".into())
}

/// Returns a free address, for programs that do not report theirs.
pub(crate) fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
