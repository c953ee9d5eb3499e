//! A limit on conditional compilation.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use crate::{
    repository,
    sources::{self, Files},
};

/// Returns the number of conditions per thousand lines of a folder's code.
fn density(package: &str, below: &str) -> f64 {
    let src = repository().join(package).join("src");
    let all = sources::read(&src).expect("the crate has sources");
    let macros = conditional_macros(&all);
    let files = all.iter().filter(|(file, _)| file.starts_with(below));
    let (mut conditions, mut lines) = (0, 0);
    for (file, text) in files {
        conditions += count(&tokens(file, text), &macros);
        lines += text.lines().filter(|line| is_code(line)).count();
    }
    let number = |count: usize| f64::from(u32::try_from(count).expect("a small number"));
    number(conditions * 1000) / number(lines)
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

fn tokens(file: &Path, text: &str) -> Vec<TokenTree> {
    let tokens: Result<TokenStream, _> = text.parse();
    let tokens = tokens.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    tokens.into_iter().collect()
}

/// Returns the names of `macro_rules!` whose bodies have a condition. Each use of them counts as
/// one.
fn conditional_macros(files: &Files) -> Vec<String> {
    let mut names = Vec::new();
    for (file, text) in files {
        for window in tokens(file, text).windows(4) {
            if let [
                TokenTree::Ident(rules),
                TokenTree::Punct(_),
                TokenTree::Ident(name),
                TokenTree::Group(body),
            ] = window
                && rules == "macro_rules"
                && count(&body.stream().into_iter().collect::<Vec<_>>(), &[]) > 0
            {
                names.push(name.to_string());
            }
        }
    }
    names
}

/// Counts the uses of `cfg`, `cfg_attr`, `cfg!` and these macros in tokens.
fn count(tokens: &[TokenTree], macros: &[String]) -> usize {
    let condition = |at: usize, name: String| {
        let called =
            matches!(tokens.get(at + 1), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
        name == "cfg" || name == "cfg_attr" || (called && macros.contains(&name))
    };
    let each = tokens.iter().enumerate().map(|(at, token)| match token {
        TokenTree::Group(group) => count(&group.stream().into_iter().collect::<Vec<_>>(), macros),
        TokenTree::Ident(name) => usize::from(condition(at, name.to_string())),
        _ => 0,
    });
    each.sum()
}

#[test]
fn telemetry_has_at_most_fifteen_conditions_in_a_thousand_lines() {
    let density = density("glyph-runtime", "telemetry");
    assert!(density <= 15.0, "{density:.1} conditions in 1,000 lines");
}

#[test]
fn the_runtime_has_at_most_ten_conditions_in_a_thousand_lines() {
    let density = density("glyph-runtime", "");
    assert!(density <= 10.0, "{density:.1} conditions in 1,000 lines");
}

#[test]
fn conditions_in_attributes_expressions_and_macros_are_counted() {
    let code = "#[cfg(feature = \"x\")] fn f() { if cfg!(unix) {} } #[cfg_attr(test, y)] struct S;
        macro_rules! only { ($($t:tt)*) => { #[cfg(test)] $($t)* } } only! { fn g() {} }";
    let file = Path::new("lib.rs");
    let files = Files::from([(file.to_path_buf(), code.to_owned())]);
    assert_eq!(conditional_macros(&files), ["only"]);
    assert_eq!(count(&tokens(file, code), &["only".to_owned()]), 5);
}
