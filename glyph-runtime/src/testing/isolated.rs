//! What stands for the process's cells while a capture is current.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Deref,
    ptr::from_ref,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::current;
use crate::{
    label::OpenValues,
    metric::{MetricState, Own, Slab, Storage},
    scope::labels::Directory,
};

/// A capture's own cells, label values and all else that metrics keep in statics, each by the address of what it
/// stands for.
#[derive(Debug, Default)]
pub(crate) struct Isolation {
    cells: Mutex<HashMap<usize, &'static Slab>>,
    states: Mutex<HashMap<usize, Arc<MetricState>>>,
    open_values: Mutex<HashMap<usize, Arc<OpenValues>>>,
    directories: Mutex<HashMap<usize, Arc<Directory>>>,
}

impl Isolation {
    /// The cells that stand for those of a storage.
    pub(crate) fn cells(&self, storage: &Storage, slots: usize) -> Own {
        let mut cells = lock(&self.cells);
        let slab = cells.entry(address(storage)).or_insert_with(|| take(slots));
        slab.cells()
    }

    /// The values that the capture has seen of an open label.
    pub(crate) fn open_values(&self, label: &OpenValues) -> Arc<OpenValues> {
        let mut values = lock(&self.open_values);
        let values = values.entry(address(label));
        Arc::clone(values.or_insert_with(|| Arc::new(OpenValues::new())))
    }

    fn directory(&self, directory: &Directory) -> Arc<Directory> {
        let mut directories = lock(&self.directories);
        let directory = directories.entry(address(directory));
        Arc::clone(directory.or_insert_with(|| Arc::new(Directory::new())))
    }

    fn state(&self, metric: &MetricState) -> Arc<MetricState> {
        let mut states = lock(&self.states);
        let state = states.entry(address(metric));
        Arc::clone(state.or_insert_with(|| Arc::new(MetricState::new())))
    }
}

impl Drop for Isolation {
    /// Nobody can be writing now: a thread that records holds the capture.
    fn drop(&mut self) {
        for (_, slab) in lock(&self.cells).drain() {
            give_back(slab);
        }
    }
}

/// What the process has, or what stands for it in a capture.
#[derive(Debug)]
pub(crate) enum Isolated<T: 'static> {
    Process(&'static T),
    Captured(Arc<T>),
}

impl Isolated<MetricState> {
    pub(crate) fn metric(state: &'static MetricState) -> Self {
        match current() {
            Some(capture) => Self::Captured(capture.state(state)),
            None => Self::Process(state),
        }
    }
}

impl Isolated<Directory> {
    pub(crate) fn directory(directory: &'static Directory) -> Self {
        match current() {
            Some(capture) => Self::Captured(capture.directory(directory)),
            None => Self::Process(directory),
        }
    }
}

impl<T> Deref for Isolated<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Process(process) => process,
            Self::Captured(captured) => captured,
        }
    }
}

/// Slabs that captures have given back, by their size. A slab lives as long as the process, since recording
/// asks for such cells; so they are used again, and there are as many as captures at one time.
static SPARE: Mutex<BTreeMap<usize, Vec<&'static Slab>>> = Mutex::new(BTreeMap::new());

fn take(slots: usize) -> &'static Slab {
    let spare = lock(&SPARE).get_mut(&slots).and_then(Vec::pop);
    spare.unwrap_or_else(|| Box::leak(Box::new(Slab::zeroed(slots))))
}

fn give_back(slab: &'static Slab) {
    let zero = |cell: &AtomicU64| cell.store(0, Relaxed);
    slab.cells().iter().for_each(zero);
    let mut spare = lock(&SPARE);
    spare.entry(slab.cells().len()).or_default().push(slab);
}

fn address<T>(of: &T) -> usize {
    from_ref(of).addr()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
