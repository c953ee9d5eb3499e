//! Isolation in tests: each capture has separate state.

use std::{
    any::{Any, TypeId},
    cell::{Cell, RefCell},
    collections::HashMap,
    marker::PhantomData,
    ops::Deref,
    ptr::from_ref,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use crate::sync::lock;

/// Process-wide state that a capture replaces.
pub(crate) trait Isolated: 'static {
    /// The type of the state in a capture, often `Self`.
    type Captured: Any + Send + Sync;

    /// Returns the state that a capture starts with.
    fn fresh(&self) -> Self::Captured;
}

/// The key of state: its address, and its type, because a struct and its first field have the same
/// address.
type Key = (usize, TypeId);

/// The state of one capture.
#[derive(Debug, Default)]
pub(crate) struct CaptureState {
    replacements: Mutex<HashMap<Key, Arc<dyn Any + Send + Sync>>>,
}

impl CaptureState {
    /// Returns the state that replaces `process` in this capture.
    pub(crate) fn of<T: Isolated>(&self, process: &T) -> Arc<T::Captured> {
        let key = (from_ref(process).addr(), TypeId::of::<T>());
        let mut replacements = lock(&self.replacements);
        let replacement = replacements
            .entry(key)
            .or_insert_with(|| Arc::new(process.fresh()));
        // The type in the key makes the cast succeed.
        Arc::clone(replacement)
            .downcast()
            .unwrap_or_else(|_| Arc::new(process.fresh()))
    }
}

thread_local! {
    /// The length of `STACK`. Without a destructor: a thread without captures pays one plain load.
    static DEPTH: Cell<usize> = const { Cell::new(0) };

    /// The captures that are current on the thread, the innermost last, each with the id of its
    /// guard.
    static STACK: RefCell<Vec<(u64, Arc<CaptureState>)>> = const { RefCell::new(Vec::new()) };
}

/// The state of the process, or that of the innermost capture.
#[derive(Debug)]
pub(crate) enum Current<'process, T> {
    Process(&'process T),
    Captured(Arc<T>),
}

impl<T> Deref for Current<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Process(process) => process,
            Self::Captured(captured) => captured,
        }
    }
}

/// Returns what replaces `process` on this thread, or else `process`.
#[inline]
pub(crate) fn current<T: Isolated<Captured = T>>(process: &T) -> Current<'_, T> {
    captured(process).map_or(Current::Process(process), Current::Captured)
}

/// Returns what replaces `process` on this thread, if a capture is current.
#[inline]
pub(crate) fn captured<T: Isolated>(process: &T) -> Option<Arc<T::Captured>> {
    if DEPTH.try_with(Cell::get).unwrap_or(0) == 0 {
        return None;
    }
    Some(innermost()?.of(process))
}

/// The capture that was current when this was created. Code that records later, on any thread,
/// records into it.
#[derive(Clone, Debug)]
pub(crate) struct Surrounding(Option<Arc<CaptureState>>);

impl Surrounding {
    /// Returns the innermost capture of this thread, if there is one.
    pub(crate) fn current() -> Self {
        let is_captured = DEPTH.try_with(Cell::get).unwrap_or(0) > 0;
        Self(is_captured.then(innermost).flatten())
    }

    /// Whether both are the same capture, or neither is one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(state), Some(other)) => Arc::ptr_eq(state, other),
            _ => false,
        }
    }

    /// Runs `work` in the capture.
    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = self.0.as_ref().map(enter);
        work()
    }
}

fn innermost() -> Option<Arc<CaptureState>> {
    let innermost = |stack: &RefCell<Vec<(u64, Arc<CaptureState>)>>| {
        let stack = stack.try_borrow().ok()?;
        stack.last().map(|(_, state)| Arc::clone(state))
    };
    STACK.try_with(innermost).ok().flatten()
}

/// Makes `state` current on this thread until the guard is dropped. Later calls take precedence.
pub(crate) fn enter(state: &Arc<CaptureState>) -> IsolationGuard {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = NEXT.fetch_add(1, Relaxed);
    // This fails while the thread's locals are destroyed: nothing is captured then.
    let _ = STACK.try_with(|stack| {
        if let Ok(mut stack) = stack.try_borrow_mut() {
            stack.push((id, Arc::clone(state)));
            let _ = DEPTH.try_with(|depth| depth.set(stack.len()));
        }
    });
    IsolationGuard {
        id,
        not_send: PhantomData,
    }
}

/// Keeps a capture's state current. Guards of one thread can be dropped in any order.
#[derive(Debug)]
pub(crate) struct IsolationGuard {
    id: u64,
    /// Keeps the guard on its thread.
    not_send: PhantomData<*const ()>,
}

impl Drop for IsolationGuard {
    fn drop(&mut self) {
        let left = STACK.try_with(|stack| {
            let mut stack = stack.try_borrow_mut().ok()?;
            let index = stack.iter().position(|(id, _)| *id == self.id)?;
            let left = stack.remove(index);
            let _ = DEPTH.try_with(|depth| depth.set(stack.len()));
            Some(left)
        });
        // State that is dropped asks which capture is current: the stack must not be borrowed here.
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    };

    use super::{CaptureState, Isolated, current, enter};

    /// The first field has the same address as the struct, and is isolated too.
    struct Outer {
        inner: Inner,
        count: AtomicU64,
    }

    struct Inner(AtomicU64);

    impl Outer {
        const fn new() -> Self {
            Self {
                inner: Inner(AtomicU64::new(0)),
                count: AtomicU64::new(0),
            }
        }
    }

    impl Isolated for Outer {
        type Captured = Self;

        fn fresh(&self) -> Self {
            Self::new()
        }
    }

    impl Isolated for Inner {
        type Captured = Self;

        fn fresh(&self) -> Self {
            Self(AtomicU64::new(0))
        }
    }

    #[test]
    fn captures_have_separate_state_by_address_and_type() {
        let process = Outer::new();
        current(&process).count.fetch_add(1, Relaxed);
        let state = Arc::new(CaptureState::default());
        {
            let _entered = enter(&state);
            current(&process).count.fetch_add(10, Relaxed);
            current(&process.inner).0.fetch_add(100, Relaxed);
        }
        assert_eq!(process.count.load(Relaxed), 1);
        assert_eq!(process.inner.0.load(Relaxed), 0);
        assert_eq!(state.of(&process).count.load(Relaxed), 10);
        assert_eq!(state.of(&process.inner).0.load(Relaxed), 100);
    }

    #[test]
    fn guards_dropped_out_of_order_leave_the_other_capture_current() {
        let process = Outer::new();
        let (first, second) = (
            Arc::new(CaptureState::default()),
            Arc::new(CaptureState::default()),
        );
        let outer = enter(&first);
        let inner = enter(&second);
        drop(outer);
        current(&process).count.fetch_add(1, Relaxed);
        drop(inner);
        current(&process).count.fetch_add(2, Relaxed);
        assert_eq!(first.of(&process).count.load(Relaxed), 0);
        assert_eq!(second.of(&process).count.load(Relaxed), 1);
        assert_eq!(process.count.load(Relaxed), 2);
    }
}
