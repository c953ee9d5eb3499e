//! The data points of one push.

use std::sync::Arc;

use glyph_core::__runtime::{self, ExposedMetric, ObservedFamily};

use super::external;
use crate::{
    expose::{Exposition, FUNCTIONS},
    otlp::metrics::{Entry, Head, head_of, point_of},
};
use glyph_core::catalog::Registry;

/// The source of a [`Pipeline`](super::Pipeline): the catalogs of a [`Registry`], or everything in
/// an [`Exposition`].
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

    /// Returns all points. Each series is read when the iterator reaches it.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + Send + use<> {
        __runtime::read_functions(FUNCTIONS);
        let metrics = __runtime::metrics(&self.registry).to_vec();
        let declared = metrics.into_iter().flat_map(|metric| {
            let head = Arc::new(head_of(metric));
            let mut cells = Vec::new();
            let series = metric.present_series();
            series.map(move |series| (Arc::clone(&head), point_of(metric, &series, &mut cells)))
        });
        // The others are read when the declared metrics have been pushed.
        let internal = once_with(self.exposition.clone(), Exposition::internal);
        let recorded = once_with(self.exposition.clone(), Exposition::external);
        declared
            .chain(internal.flat_map(observed))
            .chain(recorded.flat_map(external::entries))
    }
}

/// Returns what `read` returns for the exposition, if there is one.
fn once_with<T>(
    exposition: Option<Exposition>,
    read: impl FnOnce(&Exposition) -> T,
) -> impl Iterator<Item = T> {
    std::iter::once_with(move || exposition.as_ref().map(read)).flatten()
}

/// The points of glyph's own metrics.
fn observed(families: Vec<ObservedFamily>) -> impl Iterator<Item = Entry> + Send {
    families.into_iter().flat_map(|family| {
        let metric = ExposedMetric::declared(family.metric);
        let head = Head {
            is_observed: true,
            ..head_of(metric)
        };
        let head = Arc::new(head);
        let mut cells = Vec::new();
        let series = family.series.into_iter();
        series.map(move |series| (Arc::clone(&head), point_of(metric, &series, &mut cells)))
    })
}
