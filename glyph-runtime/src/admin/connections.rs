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
const NEW: Duration = Duration::from_millis(20);

/// The time after which a client no longer waits for the answer to a probe.
const LATE: Duration = Duration::from_secs(1);

/// The pause before each further answer on a connection, for each connection that is open. All of
/// them together get 2,000 answers a second, so that probes on new connections have their turn.
const FAIR: Duration = Duration::from_micros(500);

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
    /// The connections that wait for a request.
    waiting: Part,
    /// The connections that answer a request which is not a probe.
    answering: Part,
    /// The connections that answer a probe as their first request.
    probing: Part,
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
        let mut parts = [&mut self.waiting, &mut self.answering, &mut self.probing].into_iter();
        let entry = parts.find_map(|part| part.remove(&turn));
        entry.map(|entry| entry.cut)
    }

    fn len(&self) -> usize {
        self.waiting.len() + self.answering.len() + self.probing.len()
    }

    /// Removes the connection to cut: of those that wait for a request, unless they are new and
    /// others take longer. Slow probes must not keep others out, so they get half of the places.
    fn pop(&mut self) -> Option<Entry> {
        let longest = |part: &Part| {
            let entry = part.first_key_value().map(|(_, entry)| entry);
            entry.map_or(Duration::ZERO, |entry| entry.since.elapsed())
        };
        let (wait, answer, probe) = (
            longest(&self.waiting),
            longest(&self.answering),
            longest(&self.probing),
        );
        let part = if wait >= NEW {
            &mut self.waiting
        } else if answer > wait {
            &mut self.answering
        } else if probe >= LATE || self.probing.len() > self.len() / 2 || self.waiting.is_empty() {
            &mut self.probing
        } else {
            &mut self.waiting
        };
        part.pop_first().map(|(_, entry)| entry)
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
        lock(&self.0).len()
    }

    /// Cuts the connection that has waited longest for a request. If that wait has only begun, and
    /// an answer takes longer, cuts that one, and a probe only if it is late or probes have more
    /// than half of the places. Returns whether there was a connection.
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

    /// Notes that a request has arrived, which is answered until the result is dropped.
    pub(super) fn answering(self: &Arc<Self>, is_probe: bool) -> Answering {
        let is_first = !self.has_asked.swap(true, Relaxed);
        let others = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.enter(|table| {
            // A client that sends one probe after the other must not keep others out.
            if is_probe && is_first {
                &mut table.probing
            } else {
                &mut table.answering
            }
        });
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
        let answer = first.answering(false);
        sleep(NEW);
        assert!(all.cut_one() && was_cut(&second));
        // The answer has ended, so the wait of the first began after that of the third.
        drop(answer);
        assert!(all.cut_one() && was_cut(&third));
        let answer = first.answering(false);
        assert!(all.cut_one() && was_cut(&first));
        assert!(!all.cut_one());
        drop(answer);
        assert_eq!(all.len(), 0);
    }

    #[test]
    fn new_connection_is_not_cut_for_one_whose_answer_takes_long() {
        let all = Arc::<Connections>::default();
        let [first, probe] = [(); 2].map(|()| all.add());
        let (_answer, _probe) = (first.answering(false), probe.answering(true));
        sleep(NEW);
        let new = all.add();
        assert!(all.cut_one() && was_cut(&first));
        // The probe is answered soon.
        assert!(all.cut_one() && was_cut(&new));
        assert!(all.cut_one() && was_cut(&probe));
    }

    #[test]
    fn slow_probes_leave_half_of_the_places_to_new_connections() {
        let all = Arc::<Connections>::default();
        let slow = [(); 3].map(|()| all.add());
        let _answers = slow.each_ref().map(|probe| probe.answering(true));
        let new = all.add();
        let [first, second, third] = &slow;
        assert!(all.cut_one() && was_cut(first));
        assert!(all.cut_one() && was_cut(second));
        assert!(!was_cut(&new) && !was_cut(third));
        assert!(all.cut_one() && was_cut(&new));
    }

    #[test]
    fn dropped_connection_is_forgotten() {
        let all = Arc::<Connections>::default();
        let connection = all.add();
        let answer = connection.answering(false);
        drop((answer, connection));
        assert_eq!(all.len(), 0);
        assert!(!all.cut_one());
    }
}
