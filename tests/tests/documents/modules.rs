//! Each public module begins with what it is for, and has an example.

use std::{fs, path::Path};

use super::repository;

/// Collects the public modules below `folder` that `file` declares, and whether each has an example.
fn collect(file: &Path, folder: &Path, modules: &mut Vec<(String, bool)>) {
    let source =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut hidden = false;
    for line in source.lines() {
        let declared = ["pub mod ", "pub(crate) mod ", "mod "]
            .iter()
            .find_map(|begin| line.strip_prefix(begin)?.strip_suffix(';'));
        if let Some(name) = declared.filter(|_| !hidden) {
            let child = folder.join(name);
            let file = [child.with_extension("rs"), child.join("mod.rs")];
            // A module whose path depends on the platform is private.
            let Some(file) = file.iter().find(|file| file.exists()) else {
                continue;
            };
            if line.starts_with("pub mod ") {
                modules.push((file.display().to_string(), has_example(file)));
            }
            collect(file, &child, modules);
        }
        hidden = line == "#[doc(hidden)]" || hidden && line.starts_with("#[");
    }
}

/// Returns whether the documentation of a module begins with prose and has a block of Rust.
fn has_example(file: &Path) -> bool {
    let source = fs::read_to_string(file).unwrap_or_default();
    let mut docs = source.lines().map_while(|line| line.strip_prefix("//!"));
    let begins = docs.next().is_some_and(|line| line.len() > 10);
    // Every other fence ends a block.
    let mut opened = docs
        .map(str::trim)
        .filter(|line| line.starts_with("```"))
        .step_by(2);
    begins && opened.any(|line| ["```", "```no_run"].contains(&line))
        // The guide is its own example.
        || source.starts_with("#![doc = include_str!(")
}

#[test]
fn each_public_module_has_an_example() {
    let mut modules = Vec::new();
    for name in [
        "glyph-core",
        "glyph-artifacts",
        "glyph-runtime",
        "glyph-cli",
    ] {
        let folder = repository().join(name).join("src");
        collect(&folder.join("lib.rs"), &folder, &mut modules);
        assert!(has_example(&folder.join("lib.rs")), "{name} has no example");
    }
    assert!(
        modules.len() > 25,
        "only {} public modules found",
        modules.len()
    );
    let without: Vec<_> = modules.iter().filter(|(_, example)| !example).collect();
    assert!(
        without.is_empty(),
        "modules without an example: {without:#?}"
    );
}
