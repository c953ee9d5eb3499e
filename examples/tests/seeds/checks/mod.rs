//! Holds a row against the program, by the kind of the row.
#![expect(
    clippy::unnecessary_wraps,
    reason = "all checks have one type, also those that always compare"
)]

mod alloy;
mod collection;
mod files;
mod flows;
mod helpers;
mod identity;
mod logs;
mod metrics;
mod operation;
mod requests;
mod responses;
mod rules;
mod signals;
mod stack;
mod targets;

pub(crate) use alloy::fields;

use crate::{rows::Row, system::System};

/// The result of comparing a row with the program.
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
        "alert" => rules::alert(row, system),
        "panel" => rules::panel(row, system),
        "dashboard" if row.has("title") => rules::dashboard(row, system),
        "variable" => rules::variable(row, system),
        "target" => targets::target(row, system),
        kind => of_run(kind, row, system)
            .or_else(|| of_metrics(kind, row, system))
            .or_else(|| of_files(kind, row, system)),
    };
    match result {
        None => Verdict::Unread,
        Some(Ok(place)) => Verdict::Held(place),
        Some(Err(difference)) => Verdict::Different(difference),
    }
}

/// Holds a row against the metrics.
fn of_metrics(kind: &str, row: &Row, system: &System) -> Checked {
    match kind {
        "metric" => metrics::metric(row, system),
        "bucket" => metrics::bounds(row, system),
        "label" if row.has("of") || row.has("on") => collection::label(row),
        "label" | "scope_label" => metrics::label(row, system),
        "label_values" if row.has("used_by") => metrics::values(row, system),
        "label_values" => metrics::shown(row, system),
        "never_label" => metrics::never(row, system),
        "registry" => signals::registry(row, system),
        "naming" => metrics::naming(row, system),
        "query" if row.text("language") == Some("LogQL") => logs::query(row, system),
        "query" if row.text("language") == Some("Tempo") => logs::search(row, system),
        "query" => metrics::query(row, system),
        "exemplar" => metrics::exemplar(row, system),
        "helper" => helpers::helper(row, system),
        _ => None,
    }
}

/// Holds a row against what a program answers, logs and traces.
fn of_run(kind: &str, row: &Row, system: &System) -> Checked {
    match kind {
        "flag" => operation::flag(row, system),
        "env" => operation::variable(row),
        "span" => flows::spans(row, system).or_else(|| operation::span(row, system)),
        "span_attribute" => {
            flows::attribute(row, system).or_else(|| operation::attribute(row, system))
        }
        "span_status" => requests::span_status(row, system),
        "log_field" => operation::field(row, system),
        "log_level" => logs::log_level(row, system),
        "endpoint" => responses::endpoint(row, system),
        "header" => responses::header(row, system),
        "json" => responses::json(row, system),
        "error_behaviour" => responses::failure(row, system),
        "middleware_step" => requests::step(row, system),
        "propagation" => requests::propagation(row, system),
        "order" => requests::order(row, system).or_else(|| logs::reading(row)),
        "audit" => flows::audit(row, system),
        "file" => flows::file(row, system),
        "sampling" => identity::sampling(row, system),
        "resource" => identity::resource(row, system),
        "config" => rules::tuned(row, system).or_else(|| identity::config(row, system)),
        "signal" => signals::signal(row, system),
        _ => None,
    }
}

/// Holds a row against the files of the stack.
fn of_files(kind: &str, row: &Row, system: &System) -> Checked {
    match kind {
        "command" => stack::command(row, system),
        "collector" if row.text("topic") == Some("span batches") => identity::batches(system),
        "collector" => collection::step(row, system),
        "link" => collection::link(row),
        "datasource" => files::data_source(row),
        "dashboard" => files::dashboards(row, system),
        "default" => files::default(row, system),
        "port" => files::port(row, system),
        "probe" => files::probe(row),
        "retention" => files::retention(row, system),
        "scrape" => files::scrape(row, system),
        "service" => files::service(row, system),
        _ => None,
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
