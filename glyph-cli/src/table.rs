//! Columns of text.

use std::io::{self, Write};

/// The space between two columns.
const GAP: usize = 2;

/// Writes rows under a head, each column as wide as its widest cell. The last one is not padded.
pub(crate) fn write<const COLUMNS: usize>(
    output: &mut dyn Write,
    head: [&str; COLUMNS],
    rows: &[[String; COLUMNS]],
) -> io::Result<()> {
    let mut widths = head.map(|name| name.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let head = head.map(str::to_owned);
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            let missing = width.saturating_sub(cell.chars().count()) + GAP;
            line.extend(std::iter::repeat_n(' ', missing));
        }
        writeln!(output, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_aligned() {
        let rows = [
            ["a".to_owned(), "1".to_owned()],
            ["long ü".to_owned(), "2".to_owned()],
        ];
        let mut out = Vec::new();
        let written = super::write(&mut out, ["name", "n"], &rows);
        assert!(written.is_ok());
        assert_eq!(
            String::from_utf8_lossy(&out),
            "name    n\na       1\nlong ü  2\n"
        );
    }
}
