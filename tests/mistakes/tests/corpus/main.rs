//! Edits of a small correct crate: mistakes, each told once at its token with what to write, and
//! edits that compile. `tests/mistakes/` has the crate and the edits.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed setup fails the test"
)]

mod compiler;
mod diagnostics;
mod entries;
mod pairs;
mod report;
mod runs;
mod source;
mod verdict;

use std::env;

use compiler::Compiler;
use entries::{Edit, Entries};
use report::Report;
use runs::run;
use source::Source;

/// The number of mistakes, and of pairs of them, in a run that does not take minutes.
const SAMPLE: usize = 40;

#[test]
#[cfg_attr(
    not(pinned_toolchain),
    ignore = "expects the errors of Rust 1.95; this is another toolchain"
)]
fn some_mistakes_are_told_and_correct_edits_compile() {
    let mut entries = Entries::read();
    entries.mistakes = sample(entries.mistakes);
    let report = Report::new(&entries, &run(&entries));
    let failing = report.unexpected();
    assert!(failing.is_empty(), "{}\n{report}", failing.join("\n"));
}

#[test]
#[ignore = "takes minutes: `.ci/full` runs it"]
fn mistakes_are_told_once_at_their_token_with_the_cure() {
    let mut entries = Entries::read();
    // `bash tests/mistakes/run NAME ..` compiles these alone.
    let names = env::var("GLYPH_MISTAKES").unwrap_or_default();
    let names: Vec<_> = names.split_whitespace().collect();
    if !names.is_empty() {
        let is_named = |edit: &Edit| names.contains(&&*edit.name);
        entries.mistakes.retain(|mistake| is_named(&mistake.edit));
        entries.compiles.retain(is_named);
    }
    let report = Report::new(&entries, &run(&entries));
    println!("{report}");
    let failing = report.unexpected();
    assert!(failing.is_empty(), "{}\n{report}", failing.join("\n"));
    let low = report.low();
    assert!(low.is_empty(), "fewer than before: {low:?}\n{report}");
}

/// The same part of `all` in each run.
fn sample<T>(mut all: Vec<T>) -> Vec<T> {
    fastrand::Rng::with_seed(16).shuffle(&mut all);
    all.truncate(SAMPLE);
    assert_eq!(all.len(), SAMPLE);
    all
}

#[test]
#[cfg_attr(
    not(pinned_toolchain),
    ignore = "expects the errors of Rust 1.95; this is another toolchain"
)]
fn two_mistakes_are_told_in_one_build() {
    let pairs = sample(pairs::pairs(&Entries::read()));
    let untold = pairs::untold(&pairs);
    assert!(
        untold.is_empty(),
        "{}\n{} pairs",
        untold.join("\n"),
        untold.len()
    );
}

#[test]
#[ignore = "takes minutes: `.ci/full` runs it"]
fn any_two_mistakes_are_told_in_one_build() {
    let pairs = pairs::pairs(&Entries::read());
    let untold = pairs::untold(&pairs);
    assert!(
        untold.is_empty(),
        "{}\n{} pairs",
        untold.join("\n"),
        untold.len()
    );
}

#[test]
#[cfg_attr(
    not(pinned_toolchain),
    ignore = "expects the errors of Rust 1.95; this is another toolchain"
)]
fn error_is_told_once_under_incremental_compilation() {
    let base = Source::base();
    let compiler = Compiler::new(&base);
    let entries = Entries::read();
    let kinds = [
        "unit_of_a_histogram_misspelt",
        "label_value_misspelt",
        "body_async_returns_another_type",
    ];
    for entry in entries
        .mistakes
        .iter()
        .filter(|entry| kinds.contains(&&*entry.edit.name))
    {
        let (source, _) = base.with(&entry.edit);
        for said in compiler.compile_again(&entry.edit.name, &source) {
            assert_eq!(said.errors().count(), 1, "{}", said.rendered());
        }
    }
}
