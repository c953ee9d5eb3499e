//! A verse, and what is around it.

use glyph_runtime::instrument_stage;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use super::GraphError;
use crate::telemetry::stage;

const EDGES: &str = "
    SELECT kind, target FROM edge WHERE source = ?1
    UNION ALL
    SELECT 'previous', source FROM edge WHERE target = ?1 AND kind = 'next'
";
/// A query without an end, which the time limit interrupts.
const ENDLESS: &str = "
    WITH RECURSIVE number (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM number)
    SELECT count(*) FROM number
";

/// A verse.
#[derive(Debug, Serialize)]
pub(crate) struct Passage {
    name: String,
    text: String,
    #[serde(flatten)]
    place: Place,
}

/// Where a verse is in the graph.
#[derive(Debug, Default, Serialize)]
pub(super) struct Place {
    chapter: String,
    previous: Option<String>,
    next: Option<String>,
    refers_to: Vec<String>,
}

impl Place {
    pub(super) const fn with(self, name: String, text: String) -> Passage {
        Passage {
            name,
            text,
            place: self,
        }
    }
}

/// Returns the place of a verse. `None` if the graph does not have it.
#[instrument_stage(stage::graph_query, kind = client, labels(query = "read_passage"),
    fields(passage, db.system.name = "sqlite"))]
pub(super) fn read(
    connection: &Connection,
    passage: &str,
    is_slow: bool,
) -> Result<Option<Place>, GraphError> {
    if is_slow {
        let _never: i64 = connection.query_row(ENDLESS, [], |row| row.get(0))?;
    }
    let verse = "SELECT name FROM node WHERE name = ?1 AND kind = 'verse'";
    let verse: Option<String> = connection
        .query_row(verse, [passage], |row| row.get(0))
        .optional()?;
    verse.map(|verse| place(connection, &verse)).transpose()
}

fn place(connection: &Connection, verse: &str) -> Result<Place, GraphError> {
    let mut place = Place::default();
    let mut edges = connection.prepare(EDGES)?;
    let mut rows = edges.query([verse])?;
    while let Some(row) = rows.next()? {
        let (kind, target): (String, String) = (row.get(0)?, row.get(1)?);
        match kind.as_str() {
            "part_of" => place.chapter = target,
            "previous" => place.previous = Some(target),
            "next" => place.next = Some(target),
            _ => place.refers_to.push(target),
        }
    }
    Ok(place)
}
