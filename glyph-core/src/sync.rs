//! Locks that ignore poisoning.
//!
//! A section under a lock only moves and counts, so a panic in it cannot leave the data half
//! changed. A panic of one thread must not end the recording of the others.

use std::{
    process,
    sync::{
        LockResult, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard,
        RwLockWriteGuard, TryLockError, TryLockResult,
    },
    thread::sleep,
    time::Duration,
};

/// The process that recorded first.
static PROCESS: OnceLock<u32> = OnceLock::new();
/// How often, and after which pauses, a forked process tries to lock what may never be released.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(1);

/// Locks a mutex.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    ignore_poison(mutex.lock())
}

/// Locks for reading.
pub(crate) fn read<T: ?Sized>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    ignore_poison(lock.read())
}

/// Locks for writing.
pub(crate) fn write<T: ?Sized>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    ignore_poison(lock.write())
}

/// Returns the value of a cell. An empty cell gets a new value first, unless another thread sets one
/// meanwhile.
///
/// With `get_or_init` a thread waits while another one creates the value, and for ever in a process
/// that was forked meanwhile.
#[inline]
pub(crate) fn get_or_create<T>(cell: &OnceLock<T>, create: impl FnOnce() -> T) -> &T {
    match cell.get() {
        Some(value) => value,
        None => self::create(cell, create),
    }
}

#[cold]
#[inline(never)]
fn create<T>(cell: &OnceLock<T>, create: impl FnOnce() -> T) -> &T {
    let value = create();
    cell.get_or_init(|| value)
}

/// Notes that this process records. A process that is forked from it is another one.
pub(crate) fn recording_begins() {
    PROCESS.get_or_init(process::id);
}

/// [`lock`], but `None` if the lock is lost: a process that was forked while another thread had the
/// lock does not have that thread, so nothing releases it there.
pub fn lock_unless_lost<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    unless_lost(was_forked, || mutex.try_lock(), || lock(mutex))
}

/// Locks for reading. `None` if the lock is lost, as in [`lock_unless_lost`].
pub fn read_unless_lost<T>(lock: &RwLock<T>) -> Option<RwLockReadGuard<'_, T>> {
    unless_lost(was_forked, || lock.try_read(), || read(lock))
}

/// Locks for writing. `None` if the lock is lost, as in [`lock_unless_lost`].
pub fn write_unless_lost<T>(lock: &RwLock<T>) -> Option<RwLockWriteGuard<'_, T>> {
    unless_lost(was_forked, || lock.try_write(), || write(lock))
}

fn unless_lost<G>(
    was_forked: impl FnOnce() -> bool,
    attempt: impl Fn() -> TryLockResult<G>,
    wait: impl FnOnce() -> G,
) -> Option<G> {
    match attempt() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) if was_forked() => (0..TRIES).find_map(|_| {
            sleep(PAUSE);
            attempt().ok()
        }),
        Err(TryLockError::WouldBlock) => Some(wait()),
    }
}

fn was_forked() -> bool {
    PROCESS
        .get()
        .is_some_and(|process| *process != process::id())
}

/// Returns the guard of a lock or of a wait for a condition variable.
pub fn ignore_poison<G>(result: LockResult<G>) -> G {
    result.unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::{lock, unless_lost};

    #[test]
    fn forked_process_does_not_wait_for_a_lock_of_its_parent() {
        let mutex = Mutex::new(1);
        let attempt = |was_forked: bool| {
            unless_lost(|| was_forked, || mutex.try_lock(), || lock(&mutex)).map(|guard| *guard)
        };
        assert_eq!([false, true].map(attempt), [Some(1); 2]);
        let held = lock(&mutex);
        assert_eq!(attempt(true), None);
        drop(held);
        assert_eq!(attempt(false), Some(1));
    }
}
