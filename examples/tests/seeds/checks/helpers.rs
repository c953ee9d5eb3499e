//! Calls of a document's code, by what they record.

use super::Checked;
use crate::{rows::Row, system::System};

/// Compares a call that counts: one counter has its labels, and a run counted with the values.
pub(super) fn helper(row: &Row, system: &System) -> Checked {
    let mut labels = row.texts("labels");
    if labels.is_empty() || row.texts("arguments") != labels {
        return None;
    }
    let metrics = system.schema["metrics"].as_array()?.iter();
    labels.sort_unstable();
    let is_it = |metric: &&serde_json::Value| {
        let mut found = System::labels(metric);
        found.sort_unstable();
        metric["kind"] == "counter" && found == labels
    };
    let Some(metric) = metrics.into_iter().find(is_it) else {
        return Some(Err(format!("no counter has the labels {labels:?}")));
    };
    let name = metric["name"].as_str()?;
    let pairs = row.texts("labels").into_iter().zip(row.texts("example"));
    let pairs: Vec<_> = pairs.map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    let mut lines = system.served.page().lines();
    let is_counted = lines.any(|line| {
        line.starts_with(name) && pairs.iter().all(|pair| line.contains(pair))
    });
    Some(if is_counted {
        Ok(format!("`{name}` with {}", pairs.join(", ")))
    } else {
        Err(format!("no series of {name} has {}", pairs.join(", ")))
    })
}
