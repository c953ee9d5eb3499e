//! The errors and warnings of rustc, from its JSON.

use serde::Deserialize;

/// One error or warning.
#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub message: String,
    pub level: String,
    pub code: Option<Code>,
    pub spans: Vec<Span>,
    pub children: Vec<Child>,
    pub rendered: String,
}

#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub code: String,
}

#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Child {
    pub message: String,
    pub spans: Vec<Span>,
}

#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub file_name: String,
    pub byte_start: usize,
    pub is_primary: bool,
    pub label: Option<String>,
}

/// What rustc said of a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Reads the JSON lines that rustc writes.
    pub fn parse(lines: &str) -> Self {
        let lines = lines.lines().filter(|line| line.starts_with('{'));
        let read = |line: &str| -> Diagnostic {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        };
        let all = lines.map(read);
        // rustc ends with the number of errors, which has no span.
        let is_summary = |of: &Diagnostic| of.code.is_none() && of.spans.is_empty();
        Self(
            all.filter(|of| of.level != "failure-note" && !is_summary(of))
                .collect(),
        )
    }

    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter().filter(|of| of.level.starts_with("error"))
    }

    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter().filter(|of| of.level == "warning")
    }

    /// All of it, as rustc shows it.
    pub fn rendered(&self) -> String {
        self.0.iter().map(|of| of.rendered.as_str()).collect()
    }
}
