//! The tables of features have every feature of Cargo.toml, and the number of crates that it adds.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    process::Command,
};

use super::{read, repository};

/// Returns the features of glyph-runtime and what each enables, without `default`.
fn declared() -> BTreeMap<String, String> {
    let manifest = read("glyph-runtime/Cargo.toml");
    let (_, section) = manifest.split_once("\n[features]\n").expect("features");
    let (section, _) = section.split_once("\n[").unwrap_or((section, ""));
    let features = section.lines().filter_map(|line| {
        let (name, enables) = line.split_once(" = [")?;
        Some((name.to_owned(), enables.to_owned()))
    });
    features.collect()
}

/// Returns the rows of the table that begins with `| feature |`, by feature.
fn table(text: &str, prefix: &str) -> BTreeMap<String, Vec<String>> {
    let lines = text
        .lines()
        .map(|line| line.strip_prefix(prefix).unwrap_or(line));
    let rows = lines.skip_while(|line| !line.starts_with("| feature | adds |"));
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let mut cells = row
            .trim_matches('|')
            .split(" | ")
            .map(|it| it.trim().to_owned());
        let name = cells.next().unwrap_or_default();
        (name.trim_matches('`').to_owned(), cells.collect())
    })
    .collect()
}

/// Returns the number of crates of glyph-runtime with these features, itself included.
fn crates(features: &str, default_features: bool) -> usize {
    let mut command = Command::new(env::var_os("CARGO").expect("cargo runs this test"));
    command.current_dir(repository()).args([
        "tree",
        "--locked",
        "--package",
        "glyph-runtime",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--target",
        "x86_64-unknown-linux-gnu",
        "--features",
        features,
    ]);
    if !default_features {
        command.arg("--no-default-features");
    }
    let output = command.output().expect("cargo starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {errors}");
    let lines = String::from_utf8_lossy(&output.stdout);
    // A line is `name v1.2.3`, with the folder or `(*)` after it.
    let names = lines.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    });
    names.collect::<BTreeSet<_>>().len()
}

#[test]
fn readme_has_every_feature_and_no_other() {
    let mut declared = declared();
    let default = declared.remove("default").expect("default features");
    let table = table(&read("README.md"), "");
    let names = |map: &BTreeSet<&String>| format!("{map:?}");
    let (rows, features) = (table.keys().collect(), declared.keys().collect());
    assert_eq!(names(&rows), names(&features));
    for (name, cells) in &table {
        let is_default = default.contains(&format!("\"{name}\""));
        let is_said = cells.iter().any(|cell| cell == "yes");
        assert_eq!(
            is_default, is_said,
            "`{name}` is a default feature: {is_default}"
        );
    }
}

#[test]
fn readme_has_the_number_of_crates_that_a_feature_adds() {
    let readme = read("README.md");
    let prose = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let base = crates("", false);
    let sentence = format!("adds to the {base} of glyph-runtime without features");
    assert!(
        prose.contains(&sentence),
        "README does not say `{sentence}`"
    );
    let all = format!(
        "with the default features there are {} in all",
        crates("", true)
    );
    assert!(prose.contains(&all), "README does not say `{all}`");
    for (name, cells) in table(&readme, "") {
        let added = (crates(&name, false) - base).to_string();
        assert_eq!(cells.last(), Some(&added), "crates that `{name}` adds");
    }
}

#[test]
fn front_page_of_the_runtime_has_the_features_of_readme() {
    let mut readme = table(&read("README.md"), "");
    for cells in readme.values_mut() {
        cells.pop();
    }
    assert_eq!(table(&read("glyph-runtime/src/lib.rs"), "//! "), readme);
}

#[test]
fn each_method_of_a_feature_has_an_error_that_names_it() {
    let left_out = read("glyph-runtime/src/left_out.rs");
    let folder = "glyph-runtime/src/telemetry/signals";
    let files = [
        "admin/console.rs",
        "admin/mod.rs",
        "admin/profile.rs",
        "admin/termination.rs",
        "log.rs",
        "otlp/log_records.rs",
        "otlp/metrics.rs",
        "recorder.rs",
        "traces/mod.rs",
    ];
    for file in files {
        let source = read(format!("{folder}/{file}"));
        // Methods of the builder and of the telemetry, at the first level of an `impl`.
        for line in source.lines() {
            let function = line
                .strip_prefix("    pub fn ")
                .or(line.strip_prefix("    pub async fn "));
            let Some((name, _)) = function.and_then(|function| function.split_once(['(', '<']))
            else {
                continue;
            };
            let declared = left_out.contains(&format!("        {name}("));
            assert!(
                declared,
                "glyph-runtime/src/left_out.rs does not have `{name}` of {file}"
            );
        }
    }
}
