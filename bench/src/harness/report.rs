//! Rows of figures, as tables for readers and as JSON for programs.

use std::fmt::Write;

use serde::Serialize;

use crate::Result;
use crate::subjects::GLYPH;

/// One figure.
#[derive(Serialize)]
pub(crate) struct Row {
    bench: &'static str,
    subject: &'static str,
    threads: usize,
    median: f64,
    unit: &'static str,
    /// glyph's median divided by this one; `None` if glyph did not run or this median is zero.
    glyph_ratio: Option<f64>,
    /// Target of the ratio, if there is one.
    at_most: Option<f64>,
}

/// Returns the rows of one bench at one number of threads.
pub(crate) fn rows(
    bench: &'static str,
    unit: &'static str,
    threads: usize,
    medians: Vec<(&'static str, f64)>,
) -> Vec<Row> {
    let glyph = medians
        .iter()
        .find_map(|(subject, median)| (*subject == GLYPH).then_some(*median));
    medians
        .into_iter()
        .map(|(subject, median)| Row {
            bench,
            subject,
            threads,
            median,
            unit,
            glyph_ratio: if subject == GLYPH {
                Some(1.0)
            } else {
                glyph
                    .map(|glyph| glyph / median)
                    .filter(|ratio| ratio.is_finite())
            },
            at_most: None,
        })
        .collect()
}

/// Sets the target of glyph's ratio to `subject`.
pub(crate) fn aim(rows: &mut [Row], subject: &str, at_most: f64) {
    for row in rows.iter_mut().filter(|row| row.subject == subject) {
        row.at_most = Some(at_most);
    }
}

/// Returns the rows as one array.
pub(crate) fn json(rows: &[Row]) -> Result<String> {
    Ok(serde_json::to_string_pretty(rows)?)
}

/// Returns a table for each bench and number of threads, the fastest or smallest subject first.
pub(crate) fn tables(rows: &[Row]) -> String {
    let mut text = String::new();
    for table in rows.chunk_by(|a, b| (a.bench, a.threads) == (b.bench, b.threads)) {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = write_table(&mut text, table);
    }
    text
}

fn write_table(text: &mut String, table: &[Row]) -> std::fmt::Result {
    let Some(first) = table.first() else {
        return Ok(());
    };
    let threads = match first.threads {
        1 => "1 thread".to_owned(),
        threads => format!("{threads} threads"),
    };
    let title = format!("{}, {threads}", first.bench);
    let targets = table.iter().any(|row| row.at_most.is_some());
    let at_most = if targets { "at most" } else { "" };
    writeln!(
        text,
        "{title:<48}{:>16}{:>14}{at_most:>10}",
        first.unit, "glyph / it"
    )?;

    let mut sorted: Vec<_> = table.iter().collect();
    sorted.sort_by(|a, b| a.median.total_cmp(&b.median));
    for row in sorted {
        let ratio = row
            .glyph_ratio
            .map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let at_most = row
            .at_most
            .map(|at_most| format!("{at_most:>10.2}"))
            .unwrap_or_default();
        let decimals = usize::from(row.median < 1000.0);
        writeln!(
            text,
            "  {:<46}{:>16.decimals$}{ratio:>14}{at_most}",
            row.subject, row.median
        )?;
    }
    Ok(())
}
