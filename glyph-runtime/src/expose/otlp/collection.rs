//! Everything that there is to push, point by point.

use std::sync::Arc;

use super::{
    point::{head_of, point_of},
    request::Entry,
};
use crate::catalog::Registry;
use crate::expose::Page;

/// What a [`Pipeline`](super::Pipeline) pushes: the catalogs of a [`Registry`], or
/// everything on a [`Page`](crate::expose::Page).
#[derive(Clone, Debug)]
pub struct Source {
    registry: Registry,
    page: Option<Page>,
}

impl From<Registry> for Source {
    fn from(registry: Registry) -> Self {
        Self {
            registry,
            page: None,
        }
    }
}

impl From<Page> for Source {
    fn from(page: Page) -> Self {
        Self {
            registry: page.registry().clone(),
            page: Some(page),
        }
    }
}

impl Source {
    pub(super) fn page(&self) -> Option<&Page> {
        self.page.as_ref()
    }

    /// Each row is read when it is asked for.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + Send + use<> {
        let metrics = self.registry.metrics().to_vec();
        let declared = metrics.into_iter().flat_map(|metric| {
            let head = Arc::new(head_of(metric));
            let mut cells = Vec::new();
            let rows = metric.present_rows();
            rows.map(move |row| (Arc::clone(&head), point_of(metric, &row, &mut cells)))
        });
        let declared = {
            let page = self.page.clone();
            declared.chain(
                std::iter::once_with(move || page.as_ref().map(super::others::entries))
                    .flatten()
                    .flatten(),
            )
        };
        declared
    }
}
