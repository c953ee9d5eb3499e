//! The table in README.md of this package.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::project::SOURCES;
use crate::table::Table;
use crate::typos::DOES_NOT_COMPILE;

const BEGIN: &str = "<!-- table: cargo run -p glyph-compare -- --write -->\n";
const END: &str = "<!-- end of table -->";

/// Writes the table into README.md.
///
/// # Errors
///
/// Returns an error if the file cannot be read or written, or has no table.
pub(crate) fn write(table: &Table) -> Result<()> {
    let text = fs::read_to_string(path())?;
    let (before, _, after) = split(&text)?;
    fs::write(path(), format!("{before}{BEGIN}\n{table}\n{END}{after}"))?;
    Ok(())
}

/// Compares the table with the one in README.md, except for the messages of the compiler, which
/// change with its version.
///
/// # Errors
///
/// Returns both tables if they differ.
pub(crate) fn check(table: &Table) -> Result<()> {
    let text = fs::read_to_string(path())?;
    let (_, written, _) = split(&text)?;
    let (written, found) = (
        without_messages(written),
        without_messages(&table.to_string()),
    );
    if written == found {
        return Ok(());
    }
    Err(format!(
        "README.md is out of date: run `cargo run -p glyph-compare -- --write`\n\
         README.md:\n{written}\nfound:\n{found}"
    )
    .into())
}

fn path() -> PathBuf {
    Path::new(SOURCES).join("README.md")
}

/// Returns the text before the table, the table and the text after it.
fn split(text: &str) -> Result<(&str, &str, &str)> {
    let found = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (table, after) = rest.split_once(END)?;
        Some((before, table, after))
    });
    found.ok_or_else(|| format!("README.md has no table between {BEGIN:?} and {END:?}").into())
}

fn without_messages(table: &str) -> String {
    let rows = table.trim().lines().map(|row| {
        let cells = row.split('|').map(|cell| {
            let is_error = cell.trim_start().starts_with(DOES_NOT_COMPILE);
            if is_error { DOES_NOT_COMPILE } else { cell }
        });
        cells.collect::<Vec<_>>().join("|")
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{split, without_messages};

    #[test]
    fn messages_of_the_compiler_are_not_compared() {
        let old = "| typo | does not compile: no field `x` | compiles |\n";
        let new = "\n| typo | does not compile: unknown field `x` | compiles |\n";
        assert_eq!(without_messages(old), without_messages(new));
        let other = "| typo | compiles; `/metrics` has `x` | compiles |";
        assert_ne!(without_messages(old), without_messages(other));
    }

    #[test]
    fn the_table_is_between_its_marks() -> crate::Result<()> {
        let text = format!("before\n{}\n| a |\n\n{}\nafter\n", super::BEGIN, super::END);
        assert_eq!(split(&text)?, ("before\n", "\n| a |\n\n", "\nafter\n"));
        assert!(split("| a |").is_err());
        Ok(())
    }
}
