//! `glyph alerts`.

use std::io::Write;

use glyph_runtime::console::client::{Alert, AlertGroup, AlertState, Client};

use super::json;
use crate::{
    Error,
    arguments::Alerts,
    table,
    text::{pairs, quantity, shown, time_of_day},
};

/// Prints the alerts: a row for each group that is active, or else one for the alert.
pub(crate) fn alerts(
    client: &Client,
    wanted: &Alerts,
    is_json: bool,
    output: &mut dyn Write,
) -> Result<(), Error> {
    let mut list = client.alerts()?;
    if wanted.active {
        list.alerts
            .retain(|alert| matches!(alert.state, AlertState::Pending | AlertState::Firing));
    }
    if is_json {
        return json(&list, output);
    }
    let rows: Vec<_> = list.alerts.iter().flat_map(rows).collect();
    let head = [
        "ALERT",
        "STATE",
        "VALUE",
        "SEVERITY",
        "SINCE",
        "LABELS",
        "CONDITION",
    ];
    table::write(output, head, &rows)?;
    Ok(())
}

fn rows(alert: &Alert) -> Vec<[String; 7]> {
    let is_active =
        |group: &&AlertGroup| matches!(group.state, AlertState::Pending | AlertState::Firing);
    let active: Vec<_> = alert.groups.iter().filter(is_active).collect();
    if active.is_empty() {
        let value = match alert.groups.as_slice() {
            [only] => only.value,
            _ => None,
        };
        return vec![row(alert, alert.state, value, None, String::new())];
    }
    let rows = active.into_iter().map(|group| {
        let since = group.firing_since_unix_ms.or(group.since_unix_ms);
        row(alert, group.state, group.value, since, pairs(&group.labels))
    });
    rows.collect()
}

fn row(
    alert: &Alert,
    state: AlertState,
    value: Option<f64>,
    since: Option<f64>,
    labels: String,
) -> [String; 7] {
    [
        shown(&alert.name),
        name(state).to_owned(),
        quantity(value, &alert.unit),
        shown(&alert.severity),
        since.map_or_else(|| "-".to_owned(), time_of_day),
        labels,
        shown(&alert.condition),
    ]
}

const fn name(state: AlertState) -> &'static str {
    match state {
        AlertState::Inactive => "inactive",
        AlertState::Pending => "pending",
        AlertState::Firing => "firing",
        _ => "not evaluated",
    }
}
