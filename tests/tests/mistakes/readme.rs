//! The README is true: its Rust code runs as a doctest of this package, its commands run in
//! `.ci/run`. Sessions with a prompt are followed by the test `doorway`.
#![expect(clippy::unwrap_used, reason = "an unreadable file fails the test")]

use std::{fs, path::Path};

fn file(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap()
}

/// Returns the lines of the code blocks in one language.
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
    let commands = blocks(&file("README.md"), "sh");
    assert!(!commands.is_empty());
    for command in commands {
        assert!(ci.contains(&command), ".ci/run does not run `{command}`");
    }
}

#[test]
fn readme_compile_error_matches_the_compiler() {
    let shown = blocks(&file("README.md"), "text");
    let message = shown.first().unwrap();
    let case = "tests/ui/stage/unknown_label_literal.stderr";
    assert!(
        file(case).contains(message),
        "{case} does not say: {message}"
    );
}

/// Returns README and every document in `docs/` with their paths.
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

/// Returns the language of each code block in `text`, such as `rust`.
fn fences(text: &str) -> impl Iterator<Item = &str> {
    let fences = text.lines().filter_map(|line| line.strip_prefix("```"));
    fences.step_by(2)
}

#[test]
fn rust_code_of_every_document_is_a_doctest() {
    let included = file("tests/src/documents.rs");
    for path in documents() {
        let text = file(&path);
        let rust: Vec<_> = fences(&text)
            .filter(|fence| fence.starts_with("rust"))
            .collect();
        let ignored = rust.iter().any(|fence| fence.contains("ignore"));
        assert!(!ignored, "{path} has Rust code that is not compiled");
        assert!(
            rust.is_empty() || included.contains(&format!("\"../../{path}\"")),
            "tests/src/documents.rs does not include {path}"
        );
    }
}

#[test]
fn tests_readme_lists_every_binary() {
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
