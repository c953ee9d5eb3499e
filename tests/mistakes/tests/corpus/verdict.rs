//! What is right and wrong about the errors of a mistake.

use std::ops::Range;

use crate::{
    diagnostics::{Diagnostic, Diagnostics, Span},
    entries::Mistake,
};

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// The edit does not compile.
    Refused,
    /// There is one error.
    Single,
    /// The error begins at the token.
    Token,
    /// The error says what to write.
    Says,
    /// The error does not name the inside of a macro.
    Plain,
}

impl Column {
    pub(crate) const ALL: [Self; 5] = [
        Self::Refused,
        Self::Single,
        Self::Token,
        Self::Says,
        Self::Plain,
    ];

    /// The column's name in exceptions.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Single => "single",
            Self::Token => "token",
            Self::Says => "says",
            Self::Plain => "plain",
        }
    }

    /// The least share of the mistakes that pass each column, in percent.
    pub(crate) const LEAST: usize = 99;

    /// The column's title in the table.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Single => "without a further error",
            Self::Token => "at the right token",
            Self::Says => "says what to write",
            Self::Plain => "no word of the macro's inside",
        }
    }
}

/// Returns the columns that the errors do not pass.
pub(crate) fn failed(
    mistake: &Mistake,
    tokens: &[Range<usize>],
    said: &Diagnostics,
) -> Vec<Column> {
    let file = mistake.at.as_ref().unwrap_or(&mistake.edit.file);
    let errors: Vec<_> = said.errors().collect();
    let is_there = |error: &&&Diagnostic| is_at(error, file, tokens);
    let Some(error) = errors.iter().find(is_there).or(errors.first()) else {
        return Column::ALL.to_vec();
    };
    let passes = |column: Column| match column {
        Column::Refused => true,
        Column::Single => errors.len() == 1,
        Column::Token => is_at(error, file, tokens),
        Column::Says => says(error, &mistake.says),
        Column::Plain => errors.iter().all(|error| is_plain(error)),
    };
    let columns = Column::ALL.into_iter();
    columns.filter(|column| !passes(*column)).collect()
}

/// Whether one of the errors is the mistake's: at its token, with what to write.
pub(crate) fn is_told(mistake: &Mistake, tokens: &[Range<usize>], said: &Diagnostics) -> bool {
    let file = mistake.at.as_ref().unwrap_or(&mistake.edit.file);
    said.errors()
        .any(|error| is_at(error, file, tokens) && says(error, &mistake.says))
}

fn is_at(error: &Diagnostic, file: &str, tokens: &[Range<usize>]) -> bool {
    let inside = |span: &Span| tokens.iter().any(|token| token.contains(&span.byte_start));
    let mut spans = error.spans.iter().filter(|span| span.is_primary);
    spans.any(|span| span.file_name == file && inside(span))
}

/// Whether the error contains all of `texts`, without regard to case.
fn says(error: &Diagnostic, texts: &[String]) -> bool {
    let mut said = error.rendered.to_lowercase();
    let children = error.children.iter();
    let labels = children
        .clone()
        .flat_map(|child| &child.spans)
        .chain(&error.spans);
    let labels = labels.filter_map(|span| span.label.as_ref());
    for text in [&error.message]
        .into_iter()
        .chain(children.map(|child| &child.message))
        .chain(labels)
    {
        said.push('\n');
        said.push_str(&text.to_lowercase());
    }
    texts.iter().all(|text| said.contains(&text.to_lowercase()))
}

/// Whether the error has no note about a macro and no name of a macro's inside.
fn is_plain(error: &Diagnostic) -> bool {
    let said = &error.rendered;
    let mut words = said.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    !said.contains("originates in")
        && !words.any(is_hidden)
        && !error
            .children
            .iter()
            .any(|child| names_a_hidden_function(&child.message))
}

/// Whether a word is a name such as `__GLYPH_LABELS`. rustc draws arrows with `_` alone.
fn is_hidden(word: &str) -> bool {
    word.starts_with("__") && word.contains(char::is_alphabetic)
}

/// Whether a note says that a function of the hidden module requires something. Public functions have
/// a type in front: ``required by a bound in `Counter::<L>::add` ``.
fn names_a_hidden_function(note: &str) -> bool {
    let name = note.strip_prefix("required by a bound in `");
    let name = name.and_then(|rest| rest.strip_suffix('`'));
    name.is_some_and(|name| !name.contains("::") && name.starts_with(char::is_lowercase))
}
