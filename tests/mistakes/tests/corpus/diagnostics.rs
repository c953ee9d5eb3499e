//! The errors and warnings of rustc, from its JSON.

use serde::Deserialize;

/// One error or warning.
#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    pub(crate) message: String,
    pub(crate) level: String,
    pub(crate) code: Option<Code>,
    pub(crate) spans: Vec<Span>,
    pub(crate) children: Vec<Child>,
    pub(crate) rendered: String,
}

#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) code: String,
}

#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) message: String,
    pub(crate) spans: Vec<Span>,
}

#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) file_name: String,
    pub(crate) byte_start: usize,
    pub(crate) is_primary: bool,
    pub(crate) label: Option<String>,
}

/// What rustc said of a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Reads the JSON lines that rustc writes.
    pub(crate) fn parse(lines: &str) -> Self {
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

    pub(crate) fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter().filter(|of| of.level.starts_with("error"))
    }

    pub(crate) fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter().filter(|of| of.level == "warning")
    }

    /// All of it, as rustc shows it.
    pub(crate) fn rendered(&self) -> String {
        self.0.iter().map(|of| of.rendered.as_str()).collect()
    }
}
