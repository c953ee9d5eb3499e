//! The blocks of a page.

use std::fs;

use super::repository;

/// The blocks of a page that a reader pastes.
#[derive(Debug)]
pub(crate) struct Page {
    /// The name of the package to paste into.
    pub(crate) name: String,
    pub(crate) dependencies: String,
    pub(crate) program: String,
    pub(crate) console: String,
}

impl Page {
    /// Returns the page at this path of the repository, or `None` if it has no dependencies to paste.
    pub(crate) fn read(path: &str) -> Option<Self> {
        let text = fs::read_to_string(repository().join(path));
        let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
        let (_, name) = path.rsplit_once('/').unwrap_or_default();
        let name = if name.is_empty() { path } else { name };
        Self::parse(name, &text)
    }

    fn parse(name: &str, text: &str) -> Option<Self> {
        let (dependencies, rest) = block(text, "toml", "[dependencies]\n")?;
        let (program, rest) = block(rest, "rust", "")?;
        let (console, _) = block(rest, "console", "$ ")?;
        Some(Self {
            name: name.trim_end_matches(".md").to_lowercase(),
            dependencies: dependencies.to_owned(),
            program: visible(program),
            console: console.to_owned(),
        })
    }
}

/// Returns the first block of `language` that begins with `begin`, and the text after it.
fn block<'t>(text: &'t str, language: &str, begin: &str) -> Option<(&'t str, &'t str)> {
    let fence = format!("\n```{language}");
    let mut rest = text;
    loop {
        let (_, opened) = rest.split_once(&fence)?;
        let (_attributes, content) = opened.split_once('\n')?;
        let (content, after) = content.split_once("\n```\n")?;
        if content.starts_with(begin) {
            return Some((content, after));
        }
        rest = after;
    }
}

/// Returns the lines that a reader sees: rustdoc hides those that begin with `# `.
fn visible(program: &str) -> String {
    let lines = program.lines().filter(|line| !line.starts_with("# "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn blocks_of_a_page_are_found() {
    let text = "# P\n\n```toml\n[package]\n```\n\n```toml\n[dependencies]\na = \"1\"\n```\n\n\
                ```rust,no_run\n# use hidden;\nfn main() {}\n```\n\n```console\n$ cargo run\n```\n";
    let page = Page::parse("P.md", text).unwrap();
    assert_eq!(page.name, "p");
    assert_eq!(page.dependencies, "[dependencies]\na = \"1\"");
    assert_eq!(page.program, "fn main() {}\n");
    assert_eq!(page.console, "$ cargo run");
    assert!(Page::parse("P.md", "# P\n\n```rust\nfn main() {}\n```\n").is_none());
}
