//! Compile time of many functions with an attribute in milliseconds, and bytes after macro
//! expansion.

use std::path::Path;

use crate::Result;
use crate::harness::package::{self, Package};
use crate::harness::report::{self, Row};
use crate::harness::rounds::median;
use crate::subjects::{self, tracing};

const ROUNDS: u16 = 5;

/// The target of glyph's cost, relative to `#[tracing::instrument]`.
const TARGET: f64 = 1.0;

/// The bench, cargo's command, and the number of parallel jobs. `check` uses only one.
const COMMANDS: [(&str, &str, usize); 3] = [
    ("compile-build", "build", 1),
    ("compile-build", "build", 2),
    ("compile-check", "check", 1),
];

type Subject = (&'static str, Package);

pub(crate) fn run(functions: u16, rounds: Option<u16>) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let packages = packages(folder.path(), functions)?;
    let mut rows = Vec::new();
    for (bench, command, jobs) in COMMANDS {
        let medians = medians(&packages, command, jobs, rounds.unwrap_or(ROUNDS))?;
        rows.extend(table(bench, "ms", jobs, medians));
    }
    // This comes last because cargo compiles the dependencies again.
    match sizes(&packages) {
        Ok(sizes) => rows.extend(table("compile-expanded", "bytes", 1, sizes)),
        Err(error) => {
            eprintln!("no compile-expanded: this compiler does not print expansions: {error}");
        }
    }
    Ok(rows)
}

fn packages(folder: &Path, functions: u16) -> Result<Vec<Subject>> {
    let runtime = package::workspace()?.join("glyph-runtime");
    let runtime = runtime
        .to_str()
        .ok_or("the workspace's path is not UTF-8")?;
    subjects::ALL
        .iter()
        .flat_map(|peer| peer.sources)
        .enumerate()
        .map(|(number, source)| {
            let name = format!("functions-{number}");
            let manifest = source.manifest(&name, runtime)?;
            let package = Package::create(folder, &name, &manifest, &source.library(functions))?;
            Ok((source.name, package))
        })
        .collect()
}

fn medians(
    packages: &[Subject],
    command: &str,
    jobs: usize,
    rounds: u16,
) -> Result<Vec<(&'static str, f64)>> {
    for (_, package) in packages {
        package.prebuild(command)?;
    }
    let mut samples: Vec<_> = packages.iter().map(|_| Vec::new()).collect();
    let mut turns: Vec<_> = packages.iter().zip(&mut samples).collect();
    for _ in 0..rounds {
        for ((_, package), samples) in &mut turns {
            samples.push(package.rebuild(command, jobs)?);
        }
        turns.rotate_left(1);
    }
    let subjects = packages.iter().map(|(subject, _)| *subject);
    Ok(subjects.zip(samples.into_iter().map(median)).collect())
}

fn sizes(packages: &[Subject]) -> Result<Vec<(&'static str, f64)>> {
    packages
        .iter()
        .map(|(subject, package)| {
            let bytes = u32::try_from(package.expanded()?.len())?;
            Ok((*subject, f64::from(bytes)))
        })
        .collect()
}

fn table(
    bench: &'static str,
    unit: &'static str,
    threads: usize,
    medians: Vec<(&'static str, f64)>,
) -> Vec<Row> {
    let mut rows = report::rows(bench, unit, threads, medians);
    report::aim(&mut rows, tracing::NAME, TARGET);
    rows
}
