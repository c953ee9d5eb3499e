//! Stands for the latest log lines in a program that is built without a reader of them.

use std::sync::Arc;

use super::names::Names;

#[derive(Clone, Debug)]
pub(crate) struct RecentLines {}

#[expect(clippy::unused_self, reason = "the lines have state")]
impl RecentLines {
    pub(super) fn new(names: Arc<Names>) -> Self {
        drop(names);
        Self {}
    }

    pub(super) const fn is_on(&self) -> bool {
        false
    }

    pub(super) fn add<'l>(&self, _lines: impl Iterator<Item = &'l [u8]>) {}
}
