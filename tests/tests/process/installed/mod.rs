//! A process that installs everything as its environment and command line say.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::indexing_slicing, reason = "a missing value fails the test")]
#![expect(clippy::panic, reason = "a timeout fails the test")]

mod collectors;
mod context;
mod failures;
mod feedback;
mod instances;
mod loggers;
mod settings;
mod signals;
mod systems;

use std::process::Command;

use glyph_tests::{
    Page, children::Process, environment, receiver::any as receiver, wait::until,
    written::parsed as lines,
};
use serde_json::Value;

/// A process that runs one command per line.
struct Service(Process);

impl Service {
    fn start(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self(Process::start(&mut command(variables, arguments)))
    }

    /// Sends a command and returns the response.
    fn ask(&mut self, what: &str) -> Value {
        self.0.say(what);
        let answer = self.0.line(what);
        serde_json::from_str(&answer)
            .unwrap_or_else(|error| panic!("{what}: {error} in {answer:?}"))
    }

    /// Returns the trace of one turn.
    fn turn(&mut self) -> String {
        self.ask("turn").as_str().unwrap().to_owned()
    }

    fn page(&mut self) -> Page {
        Page::parse(self.ask("page").as_str().unwrap()).unwrap()
    }

    /// Ends the process and returns its log.
    fn end(mut self) -> String {
        assert_eq!(self.ask("end"), "ended");
        self.0.end("the service").errors
    }
}

fn command(variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_installed-child"));
    environment::clean(&mut command)
        .envs(variables.iter().copied())
        .args(arguments);
    command
}
