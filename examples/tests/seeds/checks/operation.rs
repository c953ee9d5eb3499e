//! The command line, the environment, spans and log lines.

use std::{fs, sync::LazyLock};

use serde_json::Value;

use super::{Checked, all, responses::has_format};
use crate::{
    rows::Row,
    system::{self, System},
};

/// Looks for an option in the help of the command line.
pub(super) fn flag(row: &Row, system: &System) -> Checked {
    let name = row.text("name")?;
    Some(all([name], "`--help`", |name| system.help.contains(name)))
}

/// Where variables of the environment are documented or read.
static DOCUMENTED: LazyLock<String> = LazyLock::new(|| {
    let files = [
        "docs/configuration.md",
        "examples/ibex/src/main.rs",
        "examples/gospelib/src/process.rs",
    ];
    let texts = files.map(|path| fs::read_to_string(system::file(path)).unwrap());
    let stack = ["deploy/compose.yml", "deploy/alloy/config.alloy"];
    let stack = stack.map(|path| fs::read_to_string(system::file(path)).unwrap());
    [texts.as_slice(), stack.as_slice()].concat().concat()
});

/// Looks for a variable in the documentation, the programs and the stack.
pub(super) fn variable(row: &Row) -> Checked {
    let name = row.text("name")?;
    Some(all([name], "the configuration", |name| {
        DOCUMENTED.contains(name)
    }))
}

/// Looks for a span by its name or its pattern, and compares its kind.
pub(super) fn span(row: &Row, system: &System) -> Checked {
    let pattern = row.text("name").or(row.text("pattern"))?;
    let found = system.spans.iter().filter(|span| {
        span["name"]
            .as_str()
            .is_some_and(|name| fits(pattern, name))
    });
    // Several may fit, and they end in any order.
    let Some(span) = found.min_by_key(|span| span["name"].as_str()) else {
        return Some(Err(format!("no span of a run is named `{pattern}`")));
    };
    if let Some(example) = row.text("example")
        && !system.spans.iter().any(|span| span["name"] == example)
    {
        return Some(Err(format!("no span of a run is named `{example}`")));
    }
    let kind = span["kind"].as_str()?;
    Some(match row.text("span_kind") {
        Some(asked) if asked != kind => Err(format!("its kind is {kind}")),
        // Not the name that was found, which differs from run to run.
        _ => Ok(format!("spans named `{pattern}`")),
    })
}

/// Whether a name fits a pattern such as `HTTP <METHOD> <PATH>`, `{method} {route}` or
/// `HTTP POST /api/...`.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let pattern = pattern
        .replace('{', "<")
        .replace('}', ">")
        .replace("...", "<rest>");
    let mut rest = name;
    for (index, part) in pattern.split('>').enumerate() {
        let (literal, is_last) = match part.split_once('<') {
            Some((literal, _)) => (literal, false),
            None => (part, true),
        };
        let at = match literal {
            "" if is_last => return pattern.ends_with('>') || rest.is_empty(),
            literal if index == 0 => rest.starts_with(literal).then_some(0),
            literal => rest.find(literal),
        };
        let Some(at) = at else {
            return false;
        };
        rest = &rest[at + literal.len()..];
    }
    rest.is_empty()
}

/// Whether a value is of the type in a row.
fn is_of_type(row: &Row, value: &Value) -> bool {
    match row.text("type") {
        None => true,
        Some("int") => value.is_u64(),
        Some("float" | "number") => value.is_number(),
        Some("string") => value.is_string(),
        Some(_) => false,
    }
}

/// Looks for attributes of spans.
pub(super) fn attribute(row: &Row, system: &System) -> Checked {
    let names = [row.texts("name"), row.texts("names")].concat();
    let has = |name: &str| {
        let values = system.spans.iter().map(|span| &span["attributes"][name]);
        let values: Vec<_> = values.filter(|value| !value.is_null()).collect();
        !values.is_empty() && values.iter().all(|value| is_of_type(row, value))
    };
    (!names.is_empty()).then(|| all(names, "the spans of a run", has))
}

/// Looks for fields of log lines, and compares their type, their form and their value.
pub(super) fn field(row: &Row, system: &System) -> Checked {
    let names = [row.texts("name"), row.texts("names")].concat();
    let has = |name: &str| {
        let values = system.log.iter().map(|line| &line[name]);
        let values: Vec<_> = values.filter(|value| !value.is_null()).collect();
        let texts = values.iter().filter_map(|value| value.as_str());
        let mut texts = texts.filter(|text| {
            let is_formed = row
                .text("format")
                .is_none_or(|format| has_format(format, text));
            is_formed && row.text("value").is_none_or(|asked| asked == *text)
        });
        let is_text = row.has("format") || row.has("value");
        !values.is_empty()
            && values.iter().all(|value| is_of_type(row, value))
            && (!is_text || texts.next().is_some())
    };
    (!names.is_empty()).then(|| all(names, "the lines of a run", has))
}
