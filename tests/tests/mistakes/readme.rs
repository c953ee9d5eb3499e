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

/// README and every document in `docs/`, by their paths.
fn documents() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = fs::read_dir(root.join("docs")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let documents = paths.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let documents = documents.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        format!("docs/{name}")
    });
    documents.chain(["README.md".to_owned()]).collect()
}

/// What begins each block of code in `text`, such as `rust`.
fn fences(text: &str) -> impl Iterator<Item = &str> {
    let fences = text.lines().filter_map(|line| line.strip_prefix("```"));
    fences.step_by(2)
}

#[test]
fn rust_of_every_document_is_a_doctest() {
    let included = file("tests/src/documents.rs");
    for path in documents() {
        let text = file(&path);
        let rust: Vec<_> = fences(&text)
            .filter(|fence| fence.starts_with("rust"))
            .collect();
        let ignored = rust.iter().any(|fence| fence.contains("ignore"));
        assert!(!ignored, "{path} has Rust that nobody compiles");
        assert!(
            rust.is_empty() || included.contains(&format!("\"../../{path}\"")),
            "tests/src/documents.rs does not include {path}"
        );
    }
}

#[test]
fn map_of_the_tests_has_every_binary() {
    let map = file("tests/README.md");
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["tests", "core/tests"].map(|tests| fs::read_dir(package.join(tests)).unwrap());
    for folder in folders.into_iter().flatten() {
        let folder = folder.unwrap();
        if !folder.path().join("main.rs").exists() {
            continue;
        }
        let name = folder.file_name().into_string().unwrap();
        let row = format!("| `{name}` |");
        assert!(map.contains(&row), "tests/README.md has no row {row}");
    }
}
