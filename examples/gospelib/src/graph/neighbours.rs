//! The verses around a verse.

use glyph_runtime::instrument_stage;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::GraphError;
use crate::telemetry::stage;

/// Follows edges between verses in both directions.
const NEAR: &str = "
    WITH RECURSIVE near (name, steps) AS (
        VALUES (?1, 0)
        UNION
        SELECT edge.target, near.steps + 1 FROM near JOIN edge ON edge.source = near.name
        WHERE near.steps < ?2 AND edge.kind <> 'part_of'
        UNION
        SELECT edge.source, near.steps + 1 FROM near JOIN edge ON edge.target = near.name
        WHERE near.steps < ?2 AND edge.kind <> 'part_of'
    )
    SELECT name, min(steps) AS fewest FROM near GROUP BY name HAVING fewest > 0
    ORDER BY fewest, name LIMIT 50
";

/// A verse near another one.
#[derive(Debug, Serialize)]
pub(crate) struct Neighbour {
    name: String,
    steps: u8,
}

#[instrument_stage(stage::graph_query, kind = client, labels(query = "neighbours"),
    fields(passage, depth, db.system.name = "sqlite"))]
pub(super) fn read(
    connection: &Connection,
    passage: &str,
    depth: u8,
) -> Result<Vec<Neighbour>, GraphError> {
    let mut near = connection.prepare(NEAR)?;
    let found = near.query_map(params![passage, depth], |row| {
        Ok(Neighbour {
            name: row.get(0)?,
            steps: row.get(1)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
