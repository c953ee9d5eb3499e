//! The open connections, and which of them is cut for a new one.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex},
};

use glyph_core::__runtime::lock;
use tokio::sync::Notify;

/// Cuts one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Cut(Arc<Notify>);

impl Cut {
    pub(super) fn cut(&self) {
        self.0.notify_one();
    }

    async fn was_cut(&self) {
        self.0.notified().await;
    }
}

/// The open connections.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<Table>);

/// Connections by the turn in which they began to do what they do, so the first did it longest.
#[derive(Debug, Default)]
struct Table {
    turns: u64,
    /// Those that wait for a request.
    waiting: BTreeMap<u64, Cut>,
    /// Those whose request is being answered.
    answering: BTreeMap<u64, Cut>,
}

impl Table {
    fn next_turn(&mut self) -> u64 {
        self.turns += 1;
        self.turns
    }

    fn remove(&mut self, turn: u64) -> Option<Cut> {
        let waiting = self.waiting.remove(&turn);
        waiting.or_else(|| self.answering.remove(&turn))
    }
}

impl Connections {
    /// Adds a connection, which waits for its first request.
    pub(super) fn add(self: &Arc<Self>) -> Arc<Connection> {
        let cut = Cut::default();
        let mut table = lock(&self.0);
        let turn = table.next_turn();
        table.waiting.insert(turn, cut.clone());
        drop(table);
        Arc::new(Connection {
            all: Arc::clone(self),
            turn: Mutex::new(turn),
            cut,
        })
    }

    pub(super) fn len(&self) -> usize {
        let table = lock(&self.0);
        table.waiting.len() + table.answering.len()
    }

    /// Cuts the connection that has waited longest for a request, or else the one whose answer
    /// takes longest. Returns whether there was one.
    pub(super) fn cut_one(&self) -> bool {
        let mut table = lock(&self.0);
        let first = table.waiting.pop_first();
        match first.or_else(|| table.answering.pop_first()) {
            Some((_, cut)) => {
                cut.cut();
                true
            }
            None => false,
        }
    }
}

/// An open connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    all: Arc<Connections>,
    turn: Mutex<u64>,
    cut: Cut,
}

impl Connection {
    pub(super) fn cut(&self) -> &Cut {
        &self.cut
    }

    pub(super) async fn was_cut(&self) {
        self.cut.was_cut().await;
    }

    /// Tells that a request has arrived, which is answered until the result is dropped.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        self.enter(|table| &mut table.answering);
        Answering(Arc::clone(self))
    }

    /// Moves the connection to a part of the table, unless it was cut.
    fn enter(&self, part: impl FnOnce(&mut Table) -> &mut BTreeMap<u64, Cut>) {
        let mut table = lock(&self.all.0);
        let next = table.next_turn();
        let turn = mem::replace(&mut *lock(&self.turn), next);
        if let Some(cut) = table.remove(turn) {
            part(&mut table).insert(next, cut);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let turn = *lock(&self.turn);
        lock(&self.all.0).remove(turn);
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Answering(Arc<Connection>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.enter(|table| &mut table.waiting);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::{Connection, Connections};

    fn was_cut(connection: &Connection) -> bool {
        connection.was_cut().now_or_never().is_some()
    }

    #[test]
    fn longest_wait_for_a_request_is_cut_first() {
        let all = Arc::<Connections>::default();
        let [first, second, third] = [(); 3].map(|()| all.add());
        let answer = first.answering();
        assert!(all.cut_one() && was_cut(&second));
        // The answer has ended, so the wait of the first began after that of the third.
        drop(answer);
        assert!(all.cut_one() && was_cut(&third));
        let answer = first.answering();
        assert!(all.cut_one() && was_cut(&first));
        assert!(!all.cut_one());
        drop(answer);
        assert_eq!(all.len(), 0);
    }

    #[test]
    fn dropped_connection_is_forgotten() {
        let all = Arc::<Connections>::default();
        let connection = all.add();
        let answer = connection.answering();
        drop((answer, connection));
        assert_eq!(all.len(), 0);
        assert!(!all.cut_one());
    }
}
