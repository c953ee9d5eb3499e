//! Large dashboards: rows are split and collapsed, so that few panels are open.

use std::collections::BTreeMap;

use super::row::{Grouped, OBJECTIVES, Row};

/// The most panels of an open row.
const LARGE: usize = 24;

/// The most panels that are open when the dashboard is loaded: each of them asks its queries.
const OPEN: usize = 48;

/// The fewest panels that have a row of their own when a large row is split.
const FEW: usize = 3;

/// Splits large rows by the first words of their metrics, and collapses rows until few panels are
/// open. Objectives stay open as long as possible.
pub(super) fn arranged(rows: Vec<Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = rows.into_iter().flat_map(split).collect();
    let mut open = 0;
    let mut order: Vec<&mut Row> = rows.iter_mut().collect();
    order.sort_by_key(|row| row.title != OBJECTIVES);
    for row in order {
        let panels = row.panels.len();
        row.is_collapsed = panels > LARGE || open + panels > OPEN;
        if !row.is_collapsed {
            open += panels;
        }
    }
    rows
}

/// Splits a row that is large and not declared. Words with few panels share the last row.
fn split(row: Row) -> Vec<Row> {
    if row.panels.len() <= LARGE || row.is_declared {
        return vec![row];
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for grouped in &row.panels {
        *counts.entry(grouped.word.clone()).or_default() += 1;
    }
    if counts.len() == 1 {
        return vec![row];
    }
    let mut parts: Vec<Row> = Vec::new();
    let mut others: Vec<Grouped> = Vec::new();
    for grouped in row.panels {
        if counts.get(&grouped.word).is_none_or(|count| *count < FEW) {
            others.push(grouped);
            continue;
        }
        let title = format!("{}: {}", row.title, grouped.word);
        match parts.iter_mut().find(|part| part.title == title) {
            Some(part) => part.panels.push(grouped),
            None => parts.push(part(title, vec![grouped])),
        }
    }
    let title = if parts.is_empty() {
        row.title
    } else {
        format!("{}: others", row.title)
    };
    let others = Some(others).filter(|others| !others.is_empty());
    parts.extend(others.map(|others| part(title, others)));
    parts
}

fn part(title: String, panels: Vec<Grouped>) -> Row {
    Row {
        title,
        panels,
        is_declared: false,
        is_collapsed: false,
    }
}

/// Adds the metric or the objective to titles that several panels have. Rows that the program declares
/// tell their panels apart: two databases can each have a "Query latency".
pub(super) fn with_distinct_titles(rows: &mut [Row]) {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in &*rows {
        for panel in row.panels() {
            *counts.entry((place(row), panel.title.clone())).or_default() += 1;
        }
    }
    for row in rows {
        let place = place(row);
        for Grouped { panel, .. } in &mut row.panels {
            let key = (place.clone(), panel.title.clone());
            if counts.get(&key).is_some_and(|count| *count > 1) {
                panel.title = format!("{} ({})", panel.title, panel.subject);
            }
        }
    }
}

/// Returns what tells the panels of a row apart from those of others, if anything does.
fn place(row: &Row) -> String {
    if row.is_declared {
        row.title.clone()
    } else {
        String::new()
    }
}
