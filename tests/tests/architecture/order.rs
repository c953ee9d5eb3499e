//! The order of folders, read from CONTRIBUTING.

use std::collections::BTreeMap;

/// The folders of each crate, lowest first.
#[derive(Debug, Default)]
pub(crate) struct Order(BTreeMap<String, Vec<String>>);

impl Order {
    /// Parses the rows of the form "| `crate` | `folder` | what it holds |".
    pub(crate) fn read(contributing: &str) -> Self {
        let mut order = Self::default();
        for line in contributing.lines() {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            if let ["", crate_cell, folder_cell, _, ""] = cells.as_slice()
                && let (Some(package), Some(folder)) = (code(crate_cell), code(folder_cell))
            {
                order
                    .0
                    .entry(package.to_owned())
                    .or_default()
                    .push(folder.to_owned());
            }
        }
        order
    }

    pub(crate) fn folders(&self, package: &str) -> &[String] {
        self.0.get(package).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn position(&self, package: &str, folder: &str) -> Option<usize> {
        self.folders(package)
            .iter()
            .position(|known| known == folder)
    }
}

fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}
