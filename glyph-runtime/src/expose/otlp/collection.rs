//! Everything that there is to push, point by point.

use std::sync::Arc;

use super::{
    others,
    point::{head_of, point_of},
    request::Entry,
};
use crate::{
    catalog::{ObservedFamily, Registry},
    expose::Exposition,
};

/// What a [`Pipeline`](super::Pipeline) pushes: the catalogs of a [`Registry`], or everything in an
/// [`Exposition`].
#[derive(Clone, Debug)]
pub struct Source {
    registry: Registry,
    exposition: Option<Exposition>,
}

impl From<Registry> for Source {
    fn from(registry: Registry) -> Self {
        Self {
            registry,
            exposition: None,
        }
    }
}

impl From<Exposition> for Source {
    fn from(exposition: Exposition) -> Self {
        Self {
            registry: exposition.registry().clone(),
            exposition: Some(exposition),
        }
    }
}

impl Source {
    pub(super) fn exposition(&self) -> Option<&Exposition> {
        self.exposition.as_ref()
    }

    /// The points of all series. Each is read when it is asked for.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + Send + use<> {
        let metrics = self.registry.metrics().to_vec();
        let declared = metrics.into_iter().flat_map(|metric| {
            let head = Arc::new(head_of(metric));
            let mut cells = Vec::new();
            let rows = metric.present_rows();
            rows.map(move |row| (Arc::clone(&head), point_of(metric, &row, &mut cells)))
        });
        // The others are read when the declared metrics have been pushed.
        let internal = once_with(self.exposition.clone(), Exposition::internal);
        let external = once_with(self.exposition.clone(), Exposition::external);
        declared
            .chain(internal.flat_map(observed))
            .chain(external.flat_map(others::entries))
    }
}

/// What `read` returns for an exposition, if there is one.
fn once_with<T>(
    exposition: Option<Exposition>,
    read: impl FnOnce(&Exposition) -> T,
) -> impl Iterator<Item = T> {
    std::iter::once_with(move || exposition.as_ref().map(read)).flatten()
}

/// The points of glyph's own metrics.
fn observed(families: Vec<ObservedFamily>) -> impl Iterator<Item = Entry> + Send {
    families.into_iter().flat_map(|family| {
        let metric = family.metric;
        let head = Arc::new(head_of(metric));
        let mut cells = Vec::new();
        let series = family.series.into_iter();
        series.map(move |series| (Arc::clone(&head), point_of(metric, &series, &mut cells)))
    })
}
