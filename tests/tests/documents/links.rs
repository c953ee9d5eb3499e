//! Links between documents lead to files and headings that exist.

use std::path::{Path, PathBuf};

use super::{in_folder, markdown::Document, read, repository};

const FOLDERS: [&str; 10] = [
    ".",
    "bench",
    "deploy",
    "docs",
    "docs/guide",
    "docs/pictures",
    "docs/pictures/console",
    "docs/reference",
    "examples/compare",
    "tests",
];

fn documents() -> impl Iterator<Item = (PathBuf, Document)> {
    let paths = FOLDERS.into_iter().flat_map(in_folder);
    paths.map(|path| {
        let document = Document::parse(&read(&path));
        (path, document)
    })
}

/// Returns why a link of the document at `from` leads nowhere, or `None` if it leads somewhere.
fn dead(from: &Path, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => from.to_owned(),
        file => from.parent()?.join(file),
    };
    let describe = |what: &str| Some(format!("{}: `{target}`: {what}", from.display()));
    if !repository().join(&path).exists() {
        return describe("no such file");
    }
    let found = anchor.is_empty() || {
        let document = Document::parse(&read(&path));
        document.anchors().iter().any(|it| it == anchor)
    };
    if found {
        None
    } else {
        describe("no such heading")
    }
}

#[test]
fn links_lead_to_files_and_headings_that_exist() {
    let mut links = 0;
    let mut all_dead = Vec::new();
    for (path, document) in documents() {
        let definitions = document.definitions();
        let targets = document.targets();
        let targets = targets.iter().map(String::as_str);
        for target in targets.chain(definitions.values().copied()) {
            links += 1;
            all_dead.extend(dead(&path, target));
        }
    }
    assert!(all_dead.is_empty(), "dead links:\n{}", all_dead.join("\n"));
    assert!(links > 30, "only {links} links found");
}

#[test]
fn named_links_are_defined_and_definitions_are_used() {
    for (path, document) in documents() {
        let path = path.display();
        let (definitions, references) = (document.definitions(), document.references());
        for reference in &references {
            let defined = definitions.contains_key(reference.as_str());
            assert!(defined, "{path}: `[{reference}]` is not defined");
        }
        for definition in definitions.keys() {
            let used = references.iter().any(|it| it == definition);
            assert!(used, "{path}: nothing links to `[{definition}]`");
        }
    }
}

#[test]
fn dead_links_are_found() {
    let from = Path::new("docs/guide.md");
    assert_eq!(dead(from, "https://prometheus.io"), None);
    assert_eq!(dead(from, "guide/limits.md"), None);
    assert_eq!(dead(from, "#guide"), None);
    assert!(dead(from, "guide/limit.md").is_some());
    assert!(dead(from, "guide/limits.md#none").is_some());
}
