//! The open connections, and which of them is cut for a new one.

use std::{
    collections::BTreeMap,
    mem,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use glyph_core::__runtime::lock;
use tokio::{sync::Notify, task::yield_now, time::sleep};

/// The time in which a connection is new: its request may be here, and not be read yet.
const NEW: Duration = Duration::from_millis(50);

/// The pause before each further answer on a connection, for each connection that is open. All of
/// them together get 4,000 answers a second, so that probes on new connections have their turn.
const FAIR: Duration = Duration::from_micros(250);

/// The resolution of timers.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

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
    waiting: Part,
    /// Those whose request is being answered.
    answering: Part,
}

type Part = BTreeMap<u64, Entry>;

#[derive(Debug)]
struct Entry {
    cut: Cut,
    since: Instant,
}

impl Entry {
    fn new(cut: Cut) -> Self {
        let since = Instant::now();
        Self { cut, since }
    }
}

impl Table {
    fn next_turn(&mut self) -> u64 {
        self.turns += 1;
        self.turns
    }

    fn remove(&mut self, turn: u64) -> Option<Cut> {
        let waiting = self.waiting.remove(&turn);
        let entry = waiting.or_else(|| self.answering.remove(&turn));
        entry.map(|entry| entry.cut)
    }

    /// Removes the connection to cut.
    fn pop(&mut self) -> Option<Entry> {
        let is_new = |entry: &Entry| entry.since.elapsed() < NEW;
        let longest = self.waiting.first_key_value();
        let waits_long = longest.is_some_and(|(_, entry)| !is_new(entry));
        let from = if waits_long || self.answering.is_empty() {
            &mut self.waiting
        } else {
            &mut self.answering
        };
        from.pop_first().map(|(_, entry)| entry)
    }
}

impl Connections {
    /// Adds a connection, which waits for its first request.
    pub(super) fn add(self: &Arc<Self>) -> Arc<Connection> {
        let cut = Cut::default();
        let mut table = lock(&self.0);
        let turn = table.next_turn();
        table.waiting.insert(turn, Entry::new(cut.clone()));
        drop(table);
        Arc::new(Connection {
            all: Arc::clone(self),
            turn: Mutex::new(turn),
            has_asked: AtomicBool::new(false),
            cut,
        })
    }

    pub(super) fn len(&self) -> usize {
        let table = lock(&self.0);
        table.waiting.len() + table.answering.len()
    }

    /// Cuts the connection that has waited longest for a request. If that wait has only begun, or
    /// no connection waits, cuts the one whose answer takes longest. Returns whether there was one.
    pub(super) fn cut_one(&self) -> bool {
        let victim = lock(&self.0).pop();
        if let Some(victim) = &victim {
            victim.cut.cut();
        }
        victim.is_some()
    }
}

/// An open connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    all: Arc<Connections>,
    turn: Mutex<u64>,
    has_asked: AtomicBool,
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
        let is_first = !self.has_asked.swap(true, Relaxed);
        let others = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.enter(|table| &mut table.answering);
        Answering {
            connection: Arc::clone(self),
            pause: if is_first {
                Duration::ZERO
            } else {
                FAIR.saturating_mul(others)
            },
        }
    }

    /// Moves the connection to a part of the table, unless it was cut.
    fn enter(&self, part: impl FnOnce(&mut Table) -> &mut Part) {
        let mut table = lock(&self.all.0);
        let next = table.next_turn();
        let turn = mem::replace(&mut *lock(&self.turn), next);
        if let Some(cut) = table.remove(turn) {
            part(&mut table).insert(next, Entry::new(cut));
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
pub(super) struct Answering {
    connection: Arc<Connection>,
    pause: Duration,
}

impl Answering {
    /// Waits for the turn of the request. That of the first one on a connection is at once.
    pub(super) async fn turn(&self) {
        if self.pause < SHORTEST_PAUSE {
            yield_now().await;
        } else {
            sleep(self.pause).await;
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.connection.enter(|table| &mut table.waiting);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread::sleep};

    use futures_util::FutureExt;

    use super::{Connection, Connections, NEW};

    fn was_cut(connection: &Connection) -> bool {
        connection.was_cut().now_or_never().is_some()
    }

    #[test]
    fn longest_wait_for_a_request_is_cut_first() {
        let all = Arc::<Connections>::default();
        let [first, second, third] = [(); 3].map(|()| all.add());
        let answer = first.answering();
        sleep(NEW);
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
    fn new_connection_is_not_cut_for_one_whose_answer_takes_long() {
        let all = Arc::<Connections>::default();
        let [first, second] = [(); 2].map(|()| all.add());
        let _answer = first.answering();
        assert!(all.cut_one() && was_cut(&first));
        // There is no other.
        assert!(all.cut_one() && was_cut(&second));
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
