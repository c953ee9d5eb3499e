//! Milliseconds of `cargo check` for many functions, metrics, stages and label values, with this revision of
//! glyph, with another, and with `#[tracing::instrument]`.

use std::path::{Path, PathBuf};

use crate::Result;
use crate::harness::package::{self, Package};
use crate::harness::report::{self, Row};
use crate::harness::rounds::median;
use crate::subjects::sources::Source;
use crate::subjects::{self, GLYPH, declarations, tracing};

const ROUNDS: u16 = 5;
const FUNCTIONS: u16 = 500;
const STAGES: u16 = 100;
const VALUES: u16 = 500;

const BEFORE: &str = "glyph before";

/// The target of glyph's time, relative to the other revision: the same, and what two medians of one
/// revision differ by.
const TARGET: f64 = 1.05;

type Text = fn(&Source) -> String;

/// The benches, and the libraries that they check.
const LIBRARIES: [(&str, Text); 3] = [
    ("check-functions", |source| source.library(FUNCTIONS)),
    ("check-catalog", |_| declarations::catalog(STAGES)),
    ("check-label", |_| declarations::label(VALUES)),
];

/// A revision of glyph, or a peer. Its packages share what cargo built.
struct Subject {
    name: &'static str,
    source: &'static Source,
    runtime: PathBuf,
}

pub(crate) fn run(before: Option<&str>, rounds: Option<u16>) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let workspace = package::workspace()?;
    let mut versions = vec![subject(GLYPH, GLYPH, &workspace)?];
    if let Some(revision) = before {
        let checkout = package::checkout(folder.path(), revision)?;
        versions.push(subject(BEFORE, GLYPH, &checkout)?);
    }
    let peer = subject(tracing::NAME, tracing::NAME, &workspace)?;
    let [(_, functions), ..] = LIBRARIES;
    // The peer has no declarations: its functions are in every table.
    let peer = package(folder.path(), &peer, "functions", functions)?;
    let mut rows = Vec::new();
    for (bench, text) in LIBRARIES {
        let packages = versions
            .iter()
            .map(|version| Ok((version.name, package(folder.path(), version, bench, text)?)));
        let packages: Vec<_> = packages.collect::<Result<_>>()?;
        let contenders = packages.iter().map(|(name, package)| (*name, package));
        let contenders: Vec<_> = contenders.chain([(tracing::NAME, &peer)]).collect();
        let medians = medians(&contenders, rounds.unwrap_or(ROUNDS))?;
        let mut table = report::rows(bench, "ms", 1, medians);
        report::aim(&mut table, BEFORE, TARGET);
        rows.extend(table);
    }
    Ok(rows)
}

fn subject(name: &'static str, source: &str, workspace: &Path) -> Result<Subject> {
    let mut sources = subjects::ALL.iter().flat_map(|peer| peer.sources);
    let source = sources.find(|of| of.name == source);
    Ok(Subject {
        name,
        source: source.ok_or("no such source")?,
        runtime: workspace.join("glyph-runtime"),
    })
}

fn package(folder: &Path, subject: &Subject, bench: &str, text: Text) -> Result<Package> {
    let runtime = subject.runtime.to_str();
    let runtime = runtime.ok_or("the path of glyph-runtime is not UTF-8")?;
    let kind = subject.name.replace([' ', ':'], "-");
    let name = format!("{kind}-{bench}");
    let manifest = subject.source.manifest(&name, runtime)?;
    let package = Package::create(folder, &name, &manifest, &text(subject.source))?;
    Ok(package.with_target(folder.join(format!("target-{kind}"))))
}

/// The median of the milliseconds of each package. Each round begins with another one.
fn medians(packages: &[(&'static str, &Package)], rounds: u16) -> Result<Vec<(&'static str, f64)>> {
    for (_, package) in packages {
        package.prebuild("check")?;
    }
    let mut samples: Vec<_> = packages.iter().map(|_| Vec::new()).collect();
    let mut turns: Vec<_> = packages.iter().zip(&mut samples).collect();
    for _ in 0..rounds {
        for ((_, package), samples) in &mut turns {
            samples.push(package.rebuild("check", 1)?);
        }
        turns.rotate_left(1);
    }
    let names = packages.iter().map(|(name, _)| *name);
    Ok(names.zip(samples.into_iter().map(median)).collect())
}
