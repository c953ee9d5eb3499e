//! The share of traces that a server samples.

use crate::served::{CALLER, Server, UNSAMPLED, command};

/// How many of the new traces of a server are sampled.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) all: u32,
    pub(crate) sampled: u32,
    /// The flags of responses to callers, of which the first samples.
    pub(crate) callers: [String; 2],
}

impl Sample {
    /// Asks a server whose share of traces is that of its document.
    pub(crate) fn run(program: &str) -> Self {
        const ALL: u32 = 1500;
        let mut command = command(program);
        if program == "glyphoxa" {
            command
                .env("OTEL_LOG_LEVEL", "error")
                .env("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
                .env("OTEL_TRACES_SAMPLER_ARG", "0.1");
        }
        let server = Server::start(command);
        let flags = |sent| {
            let response = server.ask(("GET", "/nowhere", sent));
            let parent = response.header("traceparent").unwrap_or_default();
            parent.rsplit('-').next().unwrap().to_owned()
        };
        let callers = [&[("traceparent", CALLER)], &[("traceparent", UNSAMPLED)]];
        let callers = callers.map(|sent| flags(sent));
        let text = server.ask_often(ALL);
        let sampled = text
            .lines()
            .filter(|line| line.starts_with("traceparent: ") && line.trim_end().ends_with("-01"));
        Self {
            all: ALL,
            sampled: u32::try_from(sampled.count()).unwrap(),
            callers,
        }
    }
}
