//! Queries of lines, and what the documents tell their readers.

use std::{collections::BTreeMap, fs};

use glyph_tests::logql::{self, Line};

use super::{Checked, plain};
use crate::{
    rows::Row,
    system::{self, System},
};

/// Asks the lines of a run, as the agent labels their streams.
pub(super) fn query(row: &Row, system: &System) -> Checked {
    let expression = row.text("expr")?;
    let lines = system.log.iter().map(|line| {
        let service = line["service"].as_str().unwrap_or(system.program);
        let labels = [("service", service), ("env", "development")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Line {
            labels: BTreeMap::from(labels),
            text: line.to_string(),
        }
    });
    let lines: Vec<_> = lines.collect();
    let found = logql::find(expression, &lines).len();
    let is_part = found > 0 && (found < lines.len() || !expression.contains("|="));
    Some(if is_part {
        Ok(format!("{found} of {} lines of a run", lines.len()))
    } else {
        Err(format!("it finds {found} of {} lines", lines.len()))
    })
}

/// Holds the order in which a reader looks at latencies.
pub(super) fn reading(row: &Row) -> Checked {
    if row.text("of")? != "latencies" {
        return None;
    }
    let place = "deploy/README.md";
    let text = fs::read_to_string(system::file(place)).unwrap();
    let (_, list) = text.split_once("## Which latency to look at first\n")?;
    let list = list.split("\n## ").next()?;
    let rows = list.lines().filter_map(|line| {
        let name = line.strip_prefix("| `glyphoxa_")?.split('`').next()?;
        Some(plain(name.trim_end_matches("_duration_seconds").trim_end_matches("_request")))
    });
    let rows: Vec<_> = rows.collect();
    let asked: Vec<_> = row.texts("value").into_iter().map(plain).collect();
    Some(if rows == asked {
        Ok(place.to_owned())
    } else {
        Err(format!("the order is {rows:?}"))
    })
}
