//! The texts of the labels of the calls that a thread is in, for events with open labels.
//!
//! An event looks up the values of its open labels when it is counted. Few calls need their texts:
//! usually a series of the call has the values.

use std::{cell::RefCell, mem::ManuallyDrop, sync::Arc};

use super::late::LabelTexts;

type Texts = RefCell<Vec<Arc<LabelTexts>>>;

thread_local! {
    static TEXTS: Texts = const { RefCell::new(Vec::new()) };

    /// The texts on a thread that ends, after `TEXTS` is dropped. Outside of calls it has no memory.
    static TEXTS_AT_END: ManuallyDrop<Texts> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// Passes the texts of this thread to `work`, if no other code uses them at this moment.
fn with_texts<T>(work: impl FnOnce(&mut Vec<Arc<LabelTexts>>) -> Option<T>) -> Option<T> {
    let on = |texts: &Texts| work(&mut *texts.try_borrow_mut().ok()?);
    if TEXTS.try_with(|_| ()).is_ok() {
        return TEXTS.try_with(on).ok().flatten();
    }
    let of_the_end = |texts: &ManuallyDrop<Texts>| on(texts);
    TEXTS_AT_END.try_with(of_the_end).ok().flatten()
}

/// The texts of a call that the thread is in. It may have none.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptTexts(u32);

impl KeptTexts {
    pub(super) const NONE: Self = Self(0);

    /// Keeps the texts of a call that the thread enters.
    #[cold]
    pub(super) fn push(kept: &Arc<LabelTexts>) -> Self {
        let number = with_texts(|texts| {
            texts.push(Arc::clone(kept));
            u32::try_from(texts.len()).ok()
        });
        number.map_or(Self::NONE, Self)
    }

    pub(super) const fn is_none(self) -> bool {
        self.0 == 0
    }

    pub(super) fn get(self) -> Option<Arc<LabelTexts>> {
        let index = usize::try_from(self.0).ok()?.checked_sub(1)?;
        with_texts(|texts| texts.get(index).cloned())
    }

    /// Forgets the texts of the call that the thread leaves. A thread leaves calls in the reverse
    /// order.
    #[cold]
    pub(super) fn pop() {
        let is_at_end = TEXTS.try_with(|_| ()).is_err();
        let left = with_texts(|texts| {
            let left = texts.pop();
            if is_at_end {
                // Nothing else releases the memory.
                texts.shrink_to_fit();
            }
            left
        });
        // Dropped without the borrow.
        drop(left);
    }
}
