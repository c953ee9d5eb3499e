//! The table of variables, for people.

use std::fmt::Write;

use super::setting::{ROWS, Row, Wrong};

/// All variables as a table in Markdown; `docs/configuration.md` has it.
///
/// ```
/// assert!(glyph_runtime::config::table().contains("| `OTEL_SERVICE_NAME` |"));
/// ```
#[must_use]
pub fn table() -> String {
    let mut table = String::from(
        "| variable | meaning | allowed | default | a wrong value |\n|---|---|---|---|---|\n",
    );
    for row in &ROWS {
        let Row {
            meaning,
            allowed,
            default,
            ..
        } = row;
        let wrong = match row.wrong {
            Wrong::Error => "is an error",
            Wrong::Warning => "is ignored with a warning",
        };
        let _infallible = writeln!(
            table,
            "| {} | {meaning} | {allowed} | {default} | {wrong} |",
            names(row)
        );
    }
    table
}

fn names(row: &Row) -> String {
    if row.variable.is_empty() {
        return format!("an alias of `Setting::{:?}`", row.setting);
    }
    let general = row.variable.replace("{}", "");
    if general == row.variable {
        format!("`{general}`")
    } else {
        let own = row.variable.replace("{}", "_<SIGNAL>");
        format!("`{general}`, `{own}`")
    }
}
