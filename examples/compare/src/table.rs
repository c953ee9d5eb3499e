//! The table, in Markdown.

use std::fmt;

use crate::build::{self, Build};
use crate::project::{Project, source};
use crate::services::{SERVICES, Service, Subject};
use crate::{Result, findings, lines, typos};

/// A table with a column for each service.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Counts, compiles and runs what the table shows.
    ///
    /// # Errors
    ///
    /// Returns an error if a service cannot be counted or run.
    pub(crate) fn of(project: &Project, build: &Build) -> Result<Self> {
        let mut table = Self::default();
        table.row("", |service| Ok(service.title.to_owned()))?;
        table.row("lines of code", |service| {
            Ok(lines::count(&source(service)?).to_string())
        })?;
        table.row("crates", |service| {
            Ok(build::crates(project, service)?.to_string())
        })?;
        for subject in Subject::ALL {
            table.row(subject.title(), |service| {
                typos::outcome(project, build, service, subject)
            })?;
        }
        let findings: [(&str, Finding); 4] = [
            ("a dropped future", findings::dropped_future),
            ("calls in flight after it", findings::in_flight),
            ("a hostile label value", findings::hostile_value),
            ("10,000 label values", findings::many_values),
        ];
        for (title, finding) in findings {
            table.row(title, |service| finding(project, service))?;
        }
        Ok(table)
    }

    fn row(&mut self, title: &str, cell: impl Fn(&Service) -> Result<String>) -> Result<()> {
        let mut cells = vec![title.to_owned()];
        for service in &SERVICES {
            let named = |error| format!("{title}, {}: {error}", service.title);
            cells.push(cell(service).map_err(named)?.replace('|', "\\|"));
        }
        self.rows.push(cells);
        Ok(())
    }
}

type Finding = fn(&Project, &Service) -> Result<String>;

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, row) in self.rows.iter().enumerate() {
            writeln!(f, "| {} |", row.join(" | "))?;
            if index == 0 {
                writeln!(f, "|{}", "---|".repeat(row.len()))?;
            }
        }
        Ok(())
    }
}
