//! `glyph stages`.

use std::io::Write;

use glyph_runtime::console::client::{Client, Overview, Stage};

use super::json;
use crate::{
    Error, table,
    text::{number, percent, quantity, shown},
};

/// Prints the service and its stages over the last minutes.
pub(crate) fn stages(client: &Client, is_json: bool, output: &mut dyn Write) -> Result<(), Error> {
    let overview = client.overview()?;
    if is_json {
        return json(&overview, output);
    }
    head(&overview, output)?;
    let rows: Vec<_> = overview.stages.iter().map(row).collect();
    let head = [
        "STAGE",
        "CALLS/S",
        "CALLS",
        "FAILED",
        "P50",
        "P95",
        "P99",
        "IN FLIGHT",
    ];
    table::write(output, head, &rows)?;
    Ok(())
}

fn head(overview: &Overview, output: &mut dyn Write) -> Result<(), Error> {
    let parts = [
        Some(&overview.service),
        overview.version.as_ref(),
        overview.environment.as_ref(),
        overview.instance.as_ref(),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .map(|part| shown(part))
        .collect();
    let health = shown(&overview.health.status);
    writeln!(output, "{}, checks: {health}", parts.join(" "))?;
    for check in &overview.health.checks {
        if let Some(error) = &check.error {
            writeln!(output, "  {}: {}", shown(&check.name), shown(error))?;
        }
    }
    Ok(())
}

fn row(stage: &Stage) -> [String; 8] {
    let quantile = |value| quantity(value, &stage.unit);
    [
        shown(&stage.name),
        number(stage.rate),
        stage.calls.to_string(),
        percent(stage.failed),
        quantile(stage.p50),
        quantile(stage.p95),
        quantile(stage.p99),
        stage.in_flight.map_or_else(|| "-".to_owned(), number),
    ]
}
