//! The process in which something was started.

use std::{
    process,
    sync::{Mutex, MutexGuard, TryLockError},
};

/// The process that started threads, locked something or filled a queue.
///
/// A fork copies memory and one thread. In the child, queues have items that the parent sends, their
/// threads do not exist, and a lock may be held forever. Comparing costs a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin(u32);

impl Default for Origin {
    fn default() -> Self {
        Self::here()
    }
}

impl Origin {
    pub(crate) fn here() -> Self {
        Self(process::id())
    }

    /// Returns whether this process is a child that was forked from that of the origin.
    pub(crate) fn is_forked(self) -> bool {
        self != Self::here()
    }

    /// Locks a mutex of the origin. `None` in a child, if another thread had the lock at the fork.
    pub(crate) fn lock<T>(self, mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
        match mutex.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if self.is_forked() => None,
            Err(TryLockError::WouldBlock) => Some(glyph_core::__runtime::lock(mutex)),
        }
    }
}
