//! The data points of one push.

use std::sync::Arc;

use crate::{
    catalog::Registry,
    expose::Page,
    otlp::metrics::{Entry, head_of, point_of},
};
use glyph_core::__runtime;

/// The source of a [`Pipeline`](super::Pipeline): the catalogs of a [`Registry`], or everything on
/// a [`Page`].
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

    /// Returns all points. Each series is read when the iterator reaches it.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + Send + use<> {
        let metrics = __runtime::metrics(&self.registry).to_vec();
        let declared = metrics.into_iter().flat_map(|metric| {
            let head = Arc::new(head_of(metric));
            let mut cells = Vec::new();
            let rows = metric.present_series();
            rows.map(move |row| (Arc::clone(&head), point_of(metric, &row, &mut cells)))
        });
        let page = self.page.clone();
        declared.chain(
            std::iter::once_with(move || page.as_ref().map(super::others::entries))
                .flatten()
                .flatten(),
        )
    }
}
