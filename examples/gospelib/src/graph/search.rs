//! The search for words.

use glyph_runtime::instrument_stage;
use rusqlite::Connection;
use serde::Serialize;

use super::GraphError;
use crate::telemetry::stage;

/// The most words of a search. Further ones are left out.
const MOST_WORDS: usize = 8;

const FIND: &str = "
    SELECT name, words FROM search WHERE search MATCH ?1 ORDER BY rank LIMIT 20
";

/// A verse that was found.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    name: String,
    text: String,
}

/// Returns the verses that have all the words, the best first.
#[instrument_stage(stage::search, kind = client, fields(words, db.system.name = "sqlite"))]
pub(super) fn find(connection: &Connection, words: &str) -> Result<Vec<Found>, GraphError> {
    let query = query(words);
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let mut find = connection.prepare(FIND)?;
    let found = find.query_map([query], |row| {
        Ok(Found {
            name: row.get(0)?,
            text: row.get(1)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Returns a query for the words alone: each is quoted, so none is an operator.
fn query(words: &str) -> String {
    let words = words.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).take(MOST_WORDS);
    let words: Vec<_> = words.map(|word| format!("\"{word}\"")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn words_are_no_operators() {
        assert_eq!(query("light OR night*"), r#""light" "OR" "night""#);
        assert_eq!(query("\"); DROP TABLE node"), r#""DROP" "TABLE" "node""#);
        assert_eq!(query(" - "), "");
        assert_eq!(query(&"a ".repeat(20)).matches('a').count(), 8);
    }
}
