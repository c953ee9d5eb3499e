//! The process in which something was started.

use std::process;

/// The process that started threads, locked something or filled a queue.
///
/// A fork copies memory and one thread. In the child, queues have items that the parent sends, their
/// threads do not exist, and a lock may be held forever. Comparing costs a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin(u32);

impl Origin {
    pub(crate) fn here() -> Self {
        Self(process::id())
    }

    /// Returns whether this process is a child that was forked from that of the origin.
    pub(crate) fn is_forked(self) -> bool {
        self != Self::here()
    }
}
