//! What the README shows is so: its Rust runs as a doctest of this package, its commands in `.ci/run`.
#![expect(
    clippy::unwrap_used,
    reason = "a file that cannot be read fails the test"
)]

use std::{fs, path::Path};

fn file(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap()
}

/// The lines of the blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(_), Some(_)) => inside = None,
            (Some(language), None) => inside = Some(language),
            (None, Some(found)) if found == language => lines.push(line.to_owned()),
            (None, _) => {}
        }
    }
    lines
}

#[test]
fn every_command_is_run_by_ci() {
    let ci = file(".ci/run");
    let commands = blocks(&file("README.md"), "console");
    assert!(!commands.is_empty());
    for command in commands {
        assert!(ci.contains(&command), ".ci/run does not run `{command}`");
    }
}

#[test]
fn the_compile_error_is_what_the_compiler_says() {
    let shown = blocks(&file("README.md"), "text");
    let message = shown.first().unwrap();
    let case = "tests/ui/stage/unknown_label_literal.stderr";
    assert!(
        file(case).contains(message),
        "{case} does not say: {message}"
    );
}
