//! The table of the columns.

use std::fmt;

use crate::{
    entries::{Entries, Exception},
    runs::{Run, Runs},
    verdict::Column,
};

/// The results of all entries, compared with the exceptions.
pub(crate) struct Report {
    mistakes: usize,
    /// The mistakes that pass each column, in the order of [`Column::ALL`].
    passed: [usize; Column::ALL.len()],
    compiles: usize,
    compiled: usize,
    /// What is not as the exceptions say: an entry, a column, and what rustc said.
    unexpected: Vec<String>,
}

impl Report {
    pub(crate) fn new(entries: &Entries, runs: &Runs) -> Self {
        let passing = |runs: &[Run], column| {
            runs.iter()
                .filter(|run| !run.failed.contains(&column))
                .count()
        };
        let all = runs.mistakes.iter().chain(&runs.compiles);
        let unexpected = all.filter_map(|run| unexpected(run, &entries.exceptions));
        Self {
            mistakes: runs.mistakes.len(),
            passed: Column::ALL.map(|column| passing(&runs.mistakes, column)),
            compiles: runs.compiles.len(),
            compiled: passing(&runs.compiles, Column::Refused),
            unexpected: unexpected.collect(),
        }
    }

    /// The columns that fewer mistakes pass than [`Column::LEAST`] percent.
    pub(crate) fn low(&self) -> Vec<&'static str> {
        let columns = Column::ALL.iter().zip(self.passed);
        let low = columns.filter(|(_, passed)| passed * 100 < self.mistakes * Column::LEAST);
        low.map(|(column, _)| column.name()).collect()
    }

    /// The entries that fail without an exception, and those that pass in spite of one.
    pub(crate) fn unexpected(&self) -> &[String] {
        &self.unexpected
    }
}

fn unexpected(run: &Run, exceptions: &[Exception]) -> Option<String> {
    let exceptions = exceptions
        .iter()
        .filter(|exception| exception.name == run.name);
    let mut excepted: Vec<_> = exceptions
        .flat_map(|exception| &exception.columns)
        .collect();
    let mut failed: Vec<_> = run.failed.iter().map(|column| column.name()).collect();
    excepted.sort();
    failed.sort_unstable();
    (excepted != failed).then(|| {
        let (name, said) = (&run.name, &run.said);
        format!("{name} fails {failed:?}, and the exceptions are {excepted:?}:\n{said}")
    })
}

fn share(part: usize, whole: usize) -> f64 {
    let [part, whole] = [part, whole].map(|count| f64::from(u32::try_from(count).unwrap()));
    100.0 * part / whole
}

impl fmt::Display for Report {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |title: &str, part, whole| {
            writeln!(
                to,
                "{title:<32}{part:>4} of {whole:<4}{:>6.1}%",
                share(part, whole)
            )
        };
        for (column, passed) in Column::ALL.iter().zip(self.passed) {
            row(column.title(), passed, self.mistakes)?;
        }
        row("edits that compile do", self.compiled, self.compiles)
    }
}
