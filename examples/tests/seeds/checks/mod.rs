//! Holds a row against the program, by the kind of the row.

mod files;
mod metrics;
mod operation;
mod rules;

use crate::{rows::Row, system::System};

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The program has what the row asks for. The text says where.
    Held(String),
    /// The program differs. The text says how.
    Different(String),
    /// No check reads rows of this kind.
    Unread,
}

/// Holds a row against the program.
pub(crate) fn check(row: &Row, system: &System) -> Verdict {
    let result = match row.kind() {
        "metric" => metrics::metric(row, system),
        "bucket" => metrics::bounds(row, system),
        "label" | "scope_label" => metrics::label(row, system),
        "label_values" => metrics::values(row, system),
        "never_label" => metrics::never(row, system),
        "registry" => metrics::registry(row, system),
        "naming" => metrics::naming(row, system),
        "query" => metrics::query(row, system),
        "exemplar" => metrics::exemplar(row, system),
        "alert" => rules::alert(row, system),
        "panel" => rules::panel(row, system),
        "dashboard" => rules::dashboard(row, system),
        "variable" => rules::variable(row, system),
        "flag" => operation::flag(row, system),
        "env" => operation::variable(row),
        "span" => operation::span(row, system),
        "span_attribute" => operation::attribute(row, system),
        "log_field" => operation::field(row, system),
        "datasource" => files::data_source(row),
        "probe" => files::probe(row),
        "retention" => files::retention(row),
        "scrape" => files::scrape(row),
        "service" => files::service(row),
        _ => None,
    };
    match result {
        None => Verdict::Unread,
        Some(Ok(place)) => Verdict::Held(place),
        Some(Err(difference)) => Verdict::Different(difference),
    }
}

/// Where the row is met, or how the program differs. `None` if the row names nothing to compare.
type Checked = Option<Result<String, String>>;

/// Fails with the names that are missing.
fn all<'n>(
    names: impl IntoIterator<Item = &'n str>,
    place: &str,
    is_there: impl Fn(&str) -> bool,
) -> Result<String, String> {
    let missing: Vec<_> = names.into_iter().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        Ok(place.to_owned())
    } else {
        Err(format!("{place} lacks {}", missing.join(", ")))
    }
}

/// Returns the letters and digits of a text in lowercase, which is how titles and names compare.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
