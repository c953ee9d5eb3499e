//! Calls of a document's code, by what they record.

use super::{Checked, all};
use crate::{rows::Row, system::System};

/// Compares a call that counts: one counter has its labels, and a run counted with the values.
pub(super) fn helper(row: &Row, system: &System) -> Checked {
    match row.text("name")? {
        "shutdown" => return shutdown(row, system),
        "health.New" => return checks(row, system),
        "Register" => return routes(row, system),
        "ActiveSessions.Add" => return gauge(row, system),
        _ => {}
    }
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
    let pairs: Vec<_> = pairs
        .map(|(label, value)| format!("{label}=\"{value}\""))
        .collect();
    let pages = [system.served.page(), system.failing.page()];
    let lines = pages.iter().flat_map(|page| page.lines());
    let series: Vec<_> = lines.filter(|line| line.starts_with(name)).collect();
    let has_values = |line: &&str| pairs.iter().all(|pair| line.contains(pair));
    // A series of closed labels is there before its first count.
    let is_counted =
        series.iter().any(has_values) && series.iter().any(|line| !line.ends_with(" 0"));
    Some(if is_counted {
        Ok(format!("`{name}` with {}", pairs.join(", ")))
    } else {
        Err(format!("no series of {name} has {}", pairs.join(", ")))
    })
}

/// After its end a program has sent each span that it wrote to the file.
fn shutdown(row: &Row, system: &System) -> Checked {
    let sent: usize = system.served.batches.iter().sum();
    let written = system.served.spans().len();
    let has = |effect: &str| match effect {
        "flush pending telemetry" => sent == written && sent > 0,
        // The process ended with success, and does so only after its exporters.
        "close exporters" => written > 0,
        _ => false,
    };
    let place = "each span that a server wrote was sent before its end";
    Some(all(row.texts("effects"), place, has))
}

/// The checks that a program has named are in the answer of its probe.
fn checks(row: &Row, system: &System) -> Checked {
    let answers = system.failing.to("GET", "/readyz");
    let checks = answers.last()?.json()["checks"].clone();
    let fields = row.texts("check_fields") == ["Name", "Check"];
    let has = |name: &str| fields && checks[name].is_string();
    Some(all(row.texts("examples"), "`/readyz`", has))
}

/// One router of the telemetry answers both probes.
fn routes(row: &Row, system: &System) -> Checked {
    let has = |route: &str| {
        let (method, path) = route.split_once(' ').unwrap_or_default();
        let answers = system.served.to(method, path);
        answers.iter().any(|response| response.status == 200)
    };
    Some(all(row.texts("adds"), "the router of a server", has))
}

/// A gauge goes up by one when a session begins, and down by one at its end.
fn gauge(row: &Row, system: &System) -> Checked {
    let name = row.text("metric")?;
    let values = system.served.page_values(name);
    let steps: Vec<_> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let has = |step: f64| steps.iter().any(|is| (is - step).abs() < f64::EPSILON);
    Some(if row.numbers("steps").into_iter().all(has) {
        Ok(format!("`{name}` while sessions begin and end"))
    } else {
        Err(format!("`{name}` was {values:?}"))
    })
}
