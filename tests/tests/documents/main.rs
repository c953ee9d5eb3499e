//! The documents of the repository: their links lead somewhere, and the guide is whole.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a document that cannot be read fails the test"
)]

mod features;
mod links;
mod markdown;
mod modules;
mod pages;

use std::{
    fs,
    path::{Path, PathBuf},
};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the text of a file of the repository.
fn read(path: impl AsRef<Path>) -> String {
    let path = repository().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the paths of the Markdown files in a folder, below the repository.
fn in_folder(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join(folder));
    let names = { entries }.expect("a folder of documents").map(|entry| {
        let entry = entry.expect("a file of the folder");
        Path::new(folder).join(entry.file_name())
    });
    let mut paths: Vec<_> = names
        .filter(|path| path.extension().is_some_and(|it| it == "md"))
        .collect();
    paths.sort();
    paths
}
