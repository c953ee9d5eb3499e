//! A table that only grows, and is read without a lock.

use std::sync::OnceLock;

/// The most entries of a table.
pub(super) const MAX_ENTRIES: usize = 8192;
/// The entries that are allocated together.
const CHUNK: usize = 64;
const CHUNKS: usize = MAX_ENTRIES / CHUNK;

type Chunk<T> = Box<[OnceLock<T>; CHUNK]>;

/// Values by index.
#[derive(Debug)]
pub(super) struct Table<T> {
    chunks: [OnceLock<Chunk<T>>; CHUNKS],
}

impl<T> Table<T> {
    pub(super) const fn new() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let chunk = self.chunks.get(index / CHUNK)?.get()?;
        chunk.get(index % CHUNK)?.get()
    }

    /// Returns the value at `index`, which `create` creates if there is none. `None` beyond the end.
    pub(super) fn get_or_create(&self, index: usize, create: impl FnOnce() -> T) -> Option<&T> {
        let chunk = self.chunks.get(index / CHUNK)?;
        let chunk = chunk.get_or_init(|| Box::new([const { OnceLock::new() }; CHUNK]));
        Some(chunk.get(index % CHUNK)?.get_or_init(create))
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ENTRIES, Table};

    #[test]
    fn entries_are_created_once_up_to_the_limit() {
        let table = Table::new();
        assert_eq!(table.get(70), None);
        assert_eq!(table.get_or_create(70, || "first"), Some(&"first"));
        assert_eq!(table.get_or_create(70, || "second"), Some(&"first"));
        assert_eq!(table.get(71), None);
        assert_eq!(table.get_or_create(MAX_ENTRIES, || "beyond"), None);
    }
}
