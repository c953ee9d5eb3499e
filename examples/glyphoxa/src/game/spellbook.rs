//! The spells of the game, in a file of `SQLite`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use glyph_runtime::context;
use rusqlite::{Connection, ErrorCode, OptionalExtension};
use tempfile::TempDir;
use thiserror::Error;

const SPELLS: &str = include_str!("spells.tsv");
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS spells (
        name TEXT PRIMARY KEY COLLATE NOCASE,
        level INTEGER NOT NULL,
        text TEXT NOT NULL
    ) WITHOUT ROWID, STRICT";
const ADD: &str = "INSERT OR IGNORE INTO spells (name, level, text) VALUES (?, ?, ?)";
const FIND: &str = "SELECT name || ', level ' || level || ': ' || text FROM spells WHERE name = ?";
const PING: &str = "SELECT count(*) FROM sqlite_schema";

/// How long a query waits for another connection's lock.
const LOCK_WAIT: Duration = Duration::from_millis(100);

/// Errors of the spellbook.
#[derive(Debug, Error)]
pub(crate) enum SpellbookError {
    #[error("line {0} of the spells is not `name <tab> level <tab> text`")]
    Line(usize),
    #[error("cannot create a temporary folder: {0}")]
    Folder(#[from] std::io::Error),
    #[error("the database is locked")]
    Locked,
    #[error("the database failed: {0}")]
    Database(rusqlite::Error),
    #[error("the query did not end")]
    Interrupted,
}

impl From<rusqlite::Error> for SpellbookError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            _ => Self::Database(error),
        }
    }
}

/// Spells by name.
#[derive(Clone, Debug)]
pub(crate) struct Spellbook {
    connection: Arc<Mutex<Connection>>,
    path: PathBuf,
    /// The folder of a temporary database, which is removed with the book.
    _folder: Option<Arc<TempDir>>,
}

impl Spellbook {
    /// Opens a file, and creates it with the spells of the game if it is missing. Without a path, the file
    /// is a temporary one.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, SpellbookError> {
        let (path, folder) = if let Some(path) = path {
            (path.to_owned(), None)
        } else {
            let folder = TempDir::with_prefix("glyphoxa-")?;
            (folder.path().join("spells.sqlite"), Some(folder))
        };
        let connection = connect(&path)?;
        connection.execute_batch(SCHEMA)?;
        for (line, text) in (1..).zip(SPELLS.lines()) {
            let spell = parse(text).ok_or(SpellbookError::Line(line))?;
            connection.execute(ADD, spell)?;
        }
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            path,
            _folder: folder.map(Arc::new),
        })
    }

    /// Returns an error if the file cannot be read.
    pub(crate) async fn ping(&self) -> Result<(), SpellbookError> {
        let read =
            |connection: &Connection| connection.query_row(PING, [], |row| row.get::<_, i64>(0));
        self.query(read).await.map(drop)
    }

    /// Returns the spell with this name, ignoring case.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<String>, SpellbookError> {
        let name = name.trim().to_owned();
        self.query(move |connection| {
            connection
                .query_row(FIND, [name], |row| row.get(0))
                .optional()
        })
        .await
    }

    /// Asks for a table that the file does not have.
    pub(crate) async fn find_in_missing_table(&self) -> Result<Option<String>, SpellbookError> {
        let query = "SELECT text FROM scrolls";
        self.query(move |connection| connection.query_row(query, [], |row| row.get(0)).optional())
            .await
    }

    /// Locks the file against all others until the connection is dropped.
    pub(crate) fn lock(&self) -> Result<Connection, SpellbookError> {
        let connection = connect(&self.path)?;
        connection.execute_batch("BEGIN EXCLUSIVE")?;
        Ok(connection)
    }

    /// Runs a query where it may block.
    async fn query<R: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, SpellbookError> {
        let connection = Arc::clone(&self.connection);
        let asked = move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            query(&connection)
        };
        let answer = context::spawn_blocking(asked).await;
        Ok(answer.map_err(|_| SpellbookError::Interrupted)??)
    }
}

fn connect(path: &Path) -> Result<Connection, SpellbookError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(LOCK_WAIT)?;
    Ok(connection)
}

fn parse(line: &str) -> Option<(&str, u8, &str)> {
    let mut columns = line.split('\t');
    let (name, level, text) = (columns.next()?, columns.next()?, columns.next()?);
    let is_complete = !name.is_empty() && !text.is_empty() && columns.next().is_none();
    is_complete.then_some((name, level.parse().ok()?, text))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    #[tokio::test]
    async fn spell_is_found_in_any_case() {
        let book = Spellbook::open(None).unwrap();
        let spell = book.find(" Misty Step ").await.unwrap().unwrap();
        assert!(
            spell.starts_with("Misty step, level 2: Silver mist"),
            "{spell}"
        );
        assert_eq!(book.find("endless soup").await.unwrap(), None);
        book.ping().await.unwrap();
    }

    #[tokio::test]
    async fn book_is_the_same_after_another_start() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("spells.sqlite");
        for _ in 0..2 {
            let book = Spellbook::open(Some(&file)).unwrap();
            assert!(book.find("shield").await.unwrap().is_some());
        }
        std::fs::write(
            &file,
            "not a database, and long enough to be read as a header of one",
        )
        .unwrap();
        assert!(matches!(
            Spellbook::open(Some(&file)),
            Err(SpellbookError::Database(_))
        ));
    }

    #[tokio::test]
    async fn locked_file_fails_the_ping_until_it_is_unlocked() {
        let book = Spellbook::open(None).unwrap();
        let lock = book.lock().unwrap();
        assert!(matches!(book.ping().await, Err(SpellbookError::Locked)));
        drop(lock);
        book.ping().await.unwrap();
    }

    #[tokio::test]
    async fn missing_table_is_an_error_of_the_database() {
        let book = Spellbook::open(None).unwrap();
        let missing = book.find_in_missing_table().await;
        assert!(
            matches!(missing, Err(SpellbookError::Database(_))),
            "{missing:?}"
        );
    }
}
