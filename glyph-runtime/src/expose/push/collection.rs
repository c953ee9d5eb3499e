//! Everything that there is to push, point by point.

use std::sync::Arc;

#[cfg(feature = "prometheus")]
use crate::expose::Page;
use crate::{
    catalog::Registry,
    otlp::metrics::{
        point::{head_of, point_of},
        request::Entry,
    },
};

/// What a [`Pipeline`](super::Pipeline) pushes: the catalogs of a [`Registry`], or, with the feature `prometheus`,
/// everything on a [`Page`](crate::expose::Page).
#[derive(Clone, Debug)]
pub struct Source {
    registry: Registry,
    #[cfg(feature = "prometheus")]
    page: Option<Page>,
}

impl From<Registry> for Source {
    fn from(registry: Registry) -> Self {
        Self {
            registry,
            #[cfg(feature = "prometheus")]
            page: None,
        }
    }
}

#[cfg(feature = "prometheus")]
impl From<Page> for Source {
    fn from(page: Page) -> Self {
        Self {
            registry: page.registry().clone(),
            page: Some(page),
        }
    }
}

impl Source {
    #[cfg(feature = "prometheus")]
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
        #[cfg(feature = "prometheus")]
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
