//! The table of variables, for the documentation.

use std::fmt::Write;

use super::setting::{SETTINGS, SettingSpec, Wrong};

/// Returns all variables as a table in Markdown, as in `docs/configuration.md`.
///
/// ```
/// assert!(glyph_runtime::config::table().contains("| `OTEL_SERVICE_NAME` |"));
/// ```
#[must_use]
pub fn table() -> String {
    let mut table = String::from(
        "| variable | meaning | allowed | default | an invalid value |\n|---|---|---|---|---|\n",
    );
    for spec in &SETTINGS {
        let SettingSpec {
            meaning,
            allowed,
            default,
            ..
        } = spec;
        let wrong = match spec.wrong {
            Wrong::Error => "is an error",
            Wrong::Warning => "is ignored with a warning",
        };
        let _infallible = writeln!(
            table,
            "| {} | {meaning} | {allowed} | {default} | {wrong} |",
            names(spec)
        );
    }
    table
}

fn names(spec: &SettingSpec) -> String {
    if spec.variable.is_empty() {
        return format!("an alias of `Setting::{:?}`", spec.setting);
    }
    let general = spec.variable.replace("{}", "");
    if general == spec.variable {
        format!("`{general}`")
    } else {
        let own = spec.variable.replace("{}", "_<SIGNAL>");
        format!("`{general}`, `{own}`")
    }
}
