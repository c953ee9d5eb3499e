//! A program that runs to its end.

use std::process::Command;

use glyph_tests::{children::Process, environment, written::parsed};
use serde_json::Value;

/// The output of a program.
#[derive(Debug)]
pub struct Run {
    /// The metrics at its end.
    pub page: String,
    /// The lines of its log.
    pub log: Vec<Value>,
}

/// Runs a program: metrics on standard output, the log on standard error.
///
/// # Panics
///
/// If the program fails, or does not end in time.
#[must_use]
pub fn run(program: &str, arguments: &[&str]) -> Run {
    run_with(program, arguments, &[])
}

/// Runs a program with these environment variables.
///
/// # Panics
///
/// If the program fails, or does not end in time.
#[must_use]
pub fn run_with(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(program);
    environment::clean(&mut command)
        .args(arguments)
        .envs(variables.iter().copied());
    let ended = Process::start(&mut command).end(program);
    assert!(ended.status.success(), "{}", ended.errors);
    Run {
        page: ended.output,
        log: parsed(&ended.errors),
    }
}

impl Run {
    /// Returns the sum of all samples of `name` whose labels contain each of `labels`, such as
    /// `status="ok"`.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        let samples = self.page.lines().filter_map(|line| line.strip_prefix(name));
        let samples = samples.filter_map(|rest| match rest.strip_prefix('{') {
            Some(rest) => rest.split_once("} "),
            None => Some(("", rest.strip_prefix(' ')?)),
        });
        let wanted = samples.filter(|(found, _)| labels.iter().all(|label| found.contains(label)));
        let values = wanted.filter_map(|(_, rest)| rest.split(' ').next()?.parse::<f64>().ok());
        values.sum()
    }

    /// Returns the log lines with this message.
    #[must_use]
    pub fn lines(&self, message: &str) -> Vec<&Value> {
        let lines = self.log.iter();
        lines.filter(|line| line["message"] == message).collect()
    }

    /// Returns the names of the metric families.
    #[must_use]
    pub fn families(&self) -> Vec<&str> {
        let types = self
            .page
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "));
        types.filter_map(|rest| rest.split(' ').next()).collect()
    }
}
