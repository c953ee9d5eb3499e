//! The tables that are no graph: the words of verses and the jobs. Their statements are measured by
//! glyph's client of databases, into the metrics of this program.

use glyph_runtime::database::{CallEnd, Client, ClientOperation, ClientRecorder, Failure, System};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::GraphError;
use crate::telemetry::{ServiceMetrics, Statement};

static LIBRARY: Client<rusqlite::Error> =
    Client::new(ServiceMetrics::global(), System::Sqlite, failure);

const WORDS: &str = "SELECT words FROM verse WHERE name = ?1";
const RECORD: &str = "INSERT INTO job (source, error, nodes, seconds) VALUES (?1, ?2, ?3, ?4)";
const JOBS: &str = "SELECT source, error, nodes, seconds FROM job ORDER BY id DESC LIMIT 50";

/// An ingest job that has ended.
#[derive(Debug, Serialize)]
pub(crate) struct Job {
    pub(crate) source: String,
    /// Empty if the job did not fail.
    pub(crate) error: String,
    pub(crate) nodes: u64,
    pub(crate) seconds: f64,
}

impl ClientRecorder for ServiceMetrics {
    fn ended(&self, operation: &ClientOperation<'_>, end: &CallEnd<'_>) {
        let labels = Statement {
            operation: operation.name,
            table: operation.collection,
            error_type: end.error_type,
        };
        self.sql_duration.observe(labels, end.duration);
    }
}

fn failure(error: &rusqlite::Error) -> Failure {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code.map_or_else(
        || Failure::new("client"),
        |code| Failure::new(code.to_string()),
    )
}

/// Returns the words of a verse.
pub(super) fn text(connection: &Connection, name: &str) -> Result<Option<String>, GraphError> {
    let select = LIBRARY.operation("SELECT").collection("verse");
    let read = || connection.query_row(WORDS, [name], |row| row.get(0));
    Ok(select.query_text(WORDS).time(|| read().optional())?)
}

pub(super) fn record(connection: &Connection, job: &Job) -> Result<(), GraphError> {
    let insert = LIBRARY.operation("INSERT").collection("job");
    let values = params![job.source, job.error, job.nodes, job.seconds];
    insert
        .query_text(RECORD)
        .time(|| connection.execute(RECORD, values))?;
    Ok(())
}

pub(super) fn jobs(connection: &mut Connection) -> Result<Vec<Job>, GraphError> {
    let select = LIBRARY.operation("SELECT").collection("job");
    let read = || {
        let mut jobs = connection.prepare(JOBS)?;
        let jobs = jobs.query_map([], |row| {
            Ok(Job {
                source: row.get(0)?,
                error: row.get(1)?,
                nodes: row.get(2)?,
                seconds: row.get(3)?,
            })
        })?;
        jobs.collect()
    };
    Ok(select.query_text(JOBS).time(read)?)
}

/// Returns an error if there is no verse.
pub(super) fn ping(connection: &mut Connection) -> Result<(), GraphError> {
    let any = "SELECT 1 FROM verse LIMIT 1";
    let any: Option<u8> = connection.query_row(any, [], |row| row.get(0)).optional()?;
    any.map(drop).ok_or(GraphError::Empty)
}
