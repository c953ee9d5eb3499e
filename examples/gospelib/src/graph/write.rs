//! The tables, and a text that takes the place of the one before.

use std::collections::BTreeSet;

use glyph_runtime::instrument_stage;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{GraphError, text::Verse};
use crate::telemetry::stage;

/// The tables of the graph, of the words, of the jobs, and the index of all words.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS node (name TEXT PRIMARY KEY, kind TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS edge (
        source TEXT NOT NULL REFERENCES node (name),
        kind TEXT NOT NULL,
        target TEXT NOT NULL REFERENCES node (name),
        PRIMARY KEY (source, kind, target)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS edge_by_target ON edge (target, kind);
    CREATE TABLE IF NOT EXISTS verse (name TEXT PRIMARY KEY, words TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS job (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        error TEXT NOT NULL,
        nodes INTEGER NOT NULL,
        seconds REAL NOT NULL
    );
    CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (name UNINDEXED, words);
";

const CLEAR: &str = "DELETE FROM edge; DELETE FROM search; DELETE FROM verse; DELETE FROM node;";
const NODE: &str = "INSERT OR IGNORE INTO node (name, kind) VALUES (?1, ?2)";
const EDGE: &str = "INSERT OR IGNORE INTO edge (source, kind, target) VALUES (?1, ?2, ?3)";

/// Puts the verses in place of those before, in one transaction. Returns the number of nodes.
#[instrument_stage(stage::graph_query, kind = client, labels(query = "create_nodes"),
    fields(verses = verses.len(), db.system.name = "sqlite"))]
pub(super) fn create_nodes(
    connection: &mut Connection,
    verses: &[Verse],
) -> Result<u64, GraphError> {
    let writing = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    writing.execute_batch(CLEAR)?;
    nodes(&writing, verses)?;
    edges(&writing, verses)?;
    words(&writing, verses)?;
    let count = writing.query_row("SELECT count(*) FROM node", [], |row| row.get(0))?;
    writing.commit()?;
    Ok(count)
}

fn nodes(writing: &Transaction<'_>, verses: &[Verse]) -> rusqlite::Result<()> {
    let mut insert = writing.prepare(NODE)?;
    for verse in verses {
        insert.execute(params![verse.book(), "book"])?;
        insert.execute(params![verse.chapter(), "chapter"])?;
        insert.execute(params![verse.name, "verse"])?;
    }
    Ok(())
}

fn edges(writing: &Transaction<'_>, verses: &[Verse]) -> Result<(), GraphError> {
    let mut insert = writing.prepare(EDGE)?;
    let known: BTreeSet<_> = verses.iter().map(|verse| verse.name.as_str()).collect();
    for verse in verses {
        insert.execute(params![verse.name, "part_of", verse.chapter()])?;
        insert.execute(params![verse.chapter(), "part_of", verse.book()])?;
        for target in &verse.refers_to {
            if !known.contains(target.as_str()) {
                let problem = "it refers to a verse that is not in the text";
                let line = verse.line;
                return Err(GraphError::Text { line, problem });
            }
            insert.execute(params![verse.name, "refers_to", target])?;
        }
    }
    for pair in verses.windows(2) {
        if let [verse, next] = pair
            && verse.book() == next.book()
        {
            insert.execute(params![verse.name, "next", next.name])?;
        }
    }
    Ok(())
}

fn words(writing: &Transaction<'_>, verses: &[Verse]) -> rusqlite::Result<()> {
    let mut verse_of = writing.prepare("INSERT INTO verse (name, words) VALUES (?1, ?2)")?;
    let mut index = writing.prepare("INSERT INTO search (name, words) VALUES (?1, ?2)")?;
    for verse in verses {
        verse_of.execute(params![verse.name, verse.words])?;
        index.execute(params![verse.name, verse.words])?;
    }
    Ok(())
}
