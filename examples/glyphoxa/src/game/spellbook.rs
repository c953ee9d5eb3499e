//! The spells of the game.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

const SPELLS: &str = include_str!("spells.tsv");

/// A spell and its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spell {
    name: String,
    level: u8,
    text: String,
}

impl fmt::Display for Spell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, level {}: {}", self.name, self.level, self.text)
    }
}

/// Errors of the spellbook.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum SpellbookError {
    #[error("line {0} is not `name <tab> level <tab> text`")]
    Line(usize),
    #[error("the spellbook is empty")]
    Empty,
}

/// Spells by name.
#[derive(Debug)]
pub(crate) struct Spellbook(BTreeMap<String, Spell>);

impl Spellbook {
    /// Returns the book that comes with the game.
    pub(crate) fn open() -> Result<Self, SpellbookError> {
        Self::read(SPELLS)
    }

    fn read(text: &str) -> Result<Self, SpellbookError> {
        let spell = |(line, text): (usize, &str)| {
            let spell = parse(text).ok_or(SpellbookError::Line(line + 1))?;
            Ok((spell.name.to_lowercase(), spell))
        };
        text.lines()
            .enumerate()
            .map(spell)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns an error if the book is empty.
    pub(crate) fn ping(&self) -> Result<(), SpellbookError> {
        if self.0.is_empty() {
            Err(SpellbookError::Empty)
        } else {
            Ok(())
        }
    }

    /// Returns the spell with this name, ignoring case.
    pub(crate) fn find(&self, name: &str) -> Option<&Spell> {
        self.0.get(&name.trim().to_lowercase())
    }
}

fn parse(line: &str) -> Option<Spell> {
    let mut columns = line.split('\t');
    let (name, level, text) = (columns.next()?, columns.next()?, columns.next()?);
    let complete = !name.is_empty() && !text.is_empty() && columns.next().is_none();
    complete.then_some(Spell {
        name: name.to_owned(),
        level: level.parse().ok()?,
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    #[test]
    fn spell_is_found_in_any_case() {
        let book = Spellbook::open().unwrap();
        let spell = book.find(" Misty Step ").unwrap().to_string();
        assert!(
            spell.starts_with("Misty step, level 2: Silver mist"),
            "{spell}"
        );
        assert_eq!(book.find("endless soup"), None);
        assert_eq!(book.ping(), Ok(()));
    }

    #[test]
    fn malformed_line_is_reported_with_its_number() {
        for bad in [
            "light",
            "light\tzero\tA glow.",
            "light\t0\t",
            "light\t0\tA glow.\tmore",
        ] {
            let error = Spellbook::read(&format!("{}\n{bad}\n", SPELLS.trim_end())).unwrap_err();
            assert_eq!(
                error,
                SpellbookError::Line(SPELLS.lines().count() + 1),
                "{bad}"
            );
        }
    }

    #[test]
    fn empty_book_opens_and_fails_its_ping() {
        assert_eq!(
            Spellbook::read("").unwrap().ping(),
            Err(SpellbookError::Empty)
        );
    }
}
