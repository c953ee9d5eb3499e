//! Conditions on features are few.

use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

use crate::{repository, sources};

/// Conditions in a thousand lines of code.
fn density(package: &str, below: &Path) -> f64 {
    let files = sources::read(&repository().join(package).join("src").join(below));
    let (mut conditions, mut lines) = (0, 0);
    for (file, text) in files.expect("the folder has sources") {
        conditions += count(
            text.parse()
                .unwrap_or_else(|error| panic!("{}: {error}", file.display())),
        );
        lines += text.lines().filter(|line| is_code(line)).count();
    }
    f64::from(u32::try_from(conditions * 1000).expect("a number of conditions"))
        / f64::from(u32::try_from(lines).expect("a number of lines"))
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

/// Uses of `cfg`, `cfg_attr` and `cfg!` among tokens.
fn count(tokens: TokenStream) -> usize {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let groups = tokens.iter().map(|token| match token {
        TokenTree::Group(group) => count(group.stream()),
        _ => 0,
    });
    let here = tokens.iter().filter(
        |token| matches!(token, TokenTree::Ident(name) if name == "cfg" || name == "cfg_attr"),
    );
    groups.sum::<usize>() + here.count()
}

#[test]
fn telemetry_has_at_most_fifteen_conditions_in_a_thousand_lines() {
    let density = density("glyph-runtime", &PathBuf::from("telemetry"));
    assert!(density <= 15.0, "{density:.1} conditions in 1,000 lines");
}

#[test]
fn the_runtime_has_at_most_ten_conditions_in_a_thousand_lines() {
    let density = density("glyph-runtime", Path::new(""));
    assert!(density <= 10.0, "{density:.1} conditions in 1,000 lines");
}

#[test]
fn conditions_in_attributes_and_expressions_are_counted() {
    let code = "#[cfg(feature = \"x\")] fn f() { if cfg!(unix) {} } #[cfg_attr(test, y)] struct S;";
    assert_eq!(count(code.parse().expect("tokens")), 3);
}
