//! The tokens, in `SQLite`. A file holds hashes of tokens, so that nobody can use a stolen one.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use glyph_runtime::instrument_stage;
use ring::digest::{SHA256, digest};
use rusqlite::{Connection, ErrorCode, OptionalExtension};
use tempfile::TempDir;
use thiserror::Error;

use super::{AuthError, OrgId};
use crate::telemetry::db;

/// How long a query waits for another connection's lock.
const LOCK_WAIT: Duration = Duration::from_millis(50);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS tokens (
        hash BLOB PRIMARY KEY,
        org_id TEXT NOT NULL,
        uses INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX IF NOT EXISTS tokens_of_org ON tokens (org_id)";

const FIND_TOKEN: &str = "UPDATE tokens SET uses = uses + 1 WHERE hash = ? RETURNING org_id";
const ORG_USAGE: &str = "SELECT coalesce(sum(uses), 0) FROM tokens WHERE org_id = ?";

/// The database of tokens.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Mutex<Connection>,
    path: PathBuf,
    is_temporary: bool,
    /// The folder of a temporary database, which is removed with the store.
    _folder: Option<TempDir>,
}

/// Errors of opening a database.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    #[error("cannot create a temporary folder: {0}")]
    Folder(#[from] std::io::Error),
    #[error("cannot use the database: {0}")]
    Database(#[from] rusqlite::Error),
}

impl Store {
    /// Opens a file, and creates it if it is missing. Without a path, the file is a temporary one.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, StoreError> {
        let (path, folder) = if let Some(path) = path {
            (path.to_owned(), None)
        } else {
            let folder = TempDir::with_prefix("ibex-")?;
            (folder.path().join("tokens.sqlite"), Some(folder))
        };
        Ok(Self {
            connection: Mutex::new(connect(&path)?),
            path,
            is_temporary: folder.is_some(),
            _folder: folder,
        })
    }

    /// Whether the file is removed with the store.
    pub(crate) const fn is_temporary(&self) -> bool {
        self.is_temporary
    }

    /// Creates the tables that are missing.
    pub(crate) fn migrate(&self) -> Result<(), StoreError> {
        self.connection().execute_batch(SCHEMA)?;
        tracing::info!(path = %self.path.display(), "migration applied");
        Ok(())
    }

    /// Adds a token of an organization.
    pub(crate) fn add(&self, token: &str, org_id: &str) -> Result<(), StoreError> {
        let insert = "INSERT OR IGNORE INTO tokens (hash, org_id) VALUES (?, ?)";
        self.connection().execute(insert, (hash(token), org_id))?;
        Ok(())
    }

    /// Returns the organization of a token, and counts the use.
    #[instrument_stage(db::query, kind = client, labels(query = "find_token"),
        fields(db.system.name = "sqlite", db.query.text = FIND_TOKEN))]
    pub(crate) fn find(&self, token: &str) -> Result<Option<OrgId>, AuthError> {
        let connection = self.connection();
        let found = connection.query_row(FIND_TOKEN, [hash(token)], |row| Ok(OrgId(row.get(0)?)));
        found.optional().map_err(|error| failed(&error))
    }

    /// Returns how often the tokens of an organization were used.
    #[instrument_stage(db::query, kind = client, labels(query = "org_usage"),
        fields(db.system.name = "sqlite", db.query.text = ORG_USAGE))]
    pub(crate) fn usage(&self, org_id: &OrgId) -> Result<u64, AuthError> {
        let connection = self.connection();
        let uses = connection.query_row(ORG_USAGE, [org_id.as_str()], |row| row.get::<_, i64>(0));
        let uses = uses.map_err(|error| failed(&error))?;
        Ok(u64::try_from(uses).unwrap_or_default())
    }

    /// Returns whether the database can be written, which each validation does.
    pub(crate) fn ping(&self) -> Result<(), AuthError> {
        let written = self.connection().execute_batch("BEGIN IMMEDIATE; ROLLBACK");
        written.map_err(|error| failed(&error))
    }

    /// Locks the database against writers, until the connection is dropped. A backup or a migration
    /// that hangs does the same.
    pub(crate) fn lock(&self) -> Result<Connection, StoreError> {
        let connection = connect(&self.path)?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(connection)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        let connection = self.connection.lock();
        connection.unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(LOCK_WAIT)?;
    // Readers do not wait for writers, and a commit does not wait for the disk.
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    Ok(connection)
}

fn hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

fn failed(error: &rusqlite::Error) -> AuthError {
    let failure = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => AuthError::Locked,
        _ => AuthError::Database,
    };
    tracing::error!(%error, "DB failure");
    failure
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use std::fs;

    use super::*;

    fn open(path: Option<&Path>) -> Store {
        let store = Store::open(path).unwrap();
        store.migrate().unwrap();
        store
    }

    #[test]
    fn token_is_found_and_not_in_the_file() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("tokens.sqlite");
        let store = open(Some(&path));
        store.add("a-secret-token", "org-7").unwrap();
        let found = store.find("a-secret-token").unwrap();
        assert_eq!(found, Some(OrgId("org-7".to_owned())));
        assert_eq!(store.find("another").unwrap(), None);
        assert_eq!(store.usage(&OrgId("org-7".to_owned())), Ok(1));
        drop(store);
        for file in fs::read_dir(folder.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("a-secret-token"), "{text}");
        }
        // The file is kept.
        let store = open(Some(&path));
        assert_eq!(store.usage(&OrgId("org-7".to_owned())), Ok(1));
    }

    #[test]
    fn locked_database_is_a_timeout_until_it_is_unlocked() {
        let store = open(None);
        store.add("token", "org-7").unwrap();
        let lock = store.lock().unwrap();
        assert_eq!(store.find("token"), Err(AuthError::Locked));
        assert_eq!(store.ping(), Err(AuthError::Locked));
        drop(lock);
        assert!(store.find("token").unwrap().is_some());
        assert_eq!(store.ping(), Ok(()));
    }
}
