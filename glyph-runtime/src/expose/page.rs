//! The page, in pieces.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;

use super::{
    Format,
    family::FamilyWriter,
    own::{OwnMetrics, Target},
};
use crate::{catalog::Registry, metric::PresentSeries};
use glyph_core::__runtime;

/// A piece is handed over when it has grown to this many bytes.
const PIECE: usize = 64 * 1024;

/// Families that come from elsewhere, written when the page is.
pub(crate) trait ForeignFamilies: Send + Sync {
    fn push(&self, page: &mut Vec<u8>, registry: &Registry, format: Format);
}

/// Everything that is to be scraped: the catalogs' metrics, those of other recorders, and glyph's own.
#[derive(Clone)]
pub struct Page {
    shared: Arc<Shared>,
}

struct Shared {
    registry: Registry,
    target: Target,
    foreign: Option<Box<dyn ForeignFamilies>>,
    own: OwnMetrics,
}

impl Page {
    pub(crate) fn new(
        registry: Registry,
        target: Target,
        foreign: Option<Box<dyn ForeignFamilies>>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                registry,
                target,
                foreign,
                own: OwnMetrics::default(),
            }),
        }
    }

    /// What is on it.
    #[cfg(any(feature = "artifacts", feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn registry(&self) -> &Registry {
        &self.shared.registry
    }

    /// The page from its beginning, in pieces of some 64 KiB, each read from the cells when it is asked for.
    #[must_use]
    pub fn pieces(&self, format: Format) -> Pieces {
        Pieces {
            shared: Arc::clone(&self.shared),
            format,
            started: Instant::now(),
            metric: 0,
            family: None,
            series: 0,
            ended: false,
        }
    }

    /// In the text format, what no catalog declares and belongs to no resource.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn others(&self) -> String {
        let shared = &*self.shared;
        let mut page = Vec::new();
        if let Some(foreign) = &shared.foreign {
            foreign.push(&mut page, &shared.registry, Format::Text);
        }
        shared.own.push(&mut page, &shared.registry, Format::Text);
        String::from_utf8(page).unwrap_or_default()
    }

    /// Puts what becomes of what these exporters are given on the page.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn exporters(&self, exporters: Arc<dyn crate::export::Exporters>) {
        self.shared.own.exporters(exporters);
    }

    /// Puts what became of the pipeline's log records on the page, under `glyph_export_*{signal="logs"}`; the first
    /// pipeline stays.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub fn logs(&self, pipeline: &crate::log::export::Pipeline) {
        self.exporters(pipeline.exporters());
    }

    #[cfg(feature = "trace")]
    pub(crate) fn traces(&self, pipeline: &crate::trace::Pipeline) {
        self.shared.own.traces(pipeline);
    }

    #[cfg(feature = "log")]
    pub(crate) fn log(&self, counters: crate::log::Counters) {
        self.shared.own.log(counters);
    }

    /// The whole page.
    #[must_use]
    pub fn text(&self, format: Format) -> String {
        let mut page = Vec::new();
        for piece in self.pieces(format) {
            page.extend_from_slice(&piece);
        }
        String::from_utf8(page).unwrap_or_default()
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Page")
            .field("registry", &self.shared.registry)
            .finish_non_exhaustive()
    }
}

/// A page under way; see [`Page::pieces`].
pub struct Pieces {
    shared: Arc<Shared>,
    format: Format,
    started: Instant,
    metric: usize,
    family: Option<OpenFamily>,
    series: u64,
    ended: bool,
}

struct OpenFamily {
    writer: FamilyWriter,
    rows: Box<dyn Iterator<Item = PresentSeries> + Send>,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut piece = Vec::with_capacity(PIECE + PIECE / 8);
        while piece.len() < PIECE && !self.ended {
            self.step(&mut piece);
        }
        (!piece.is_empty()).then(|| piece.into())
    }
}

impl Pieces {
    /// Writes rows of the open family, opens the next, or ends the page.
    fn step(&mut self, piece: &mut Vec<u8>) {
        if let Some(family) = &mut self.family {
            for row in family.rows.by_ref() {
                family.writer.row(piece, &row);
                self.series += 1;
                if piece.len() >= PIECE {
                    return;
                }
            }
            self.family = None;
        }
        match __runtime::metrics(&self.shared.registry).get(self.metric) {
            Some(metric) => {
                let writer = FamilyWriter::new(metric, self.format);
                writer.head(piece);
                self.family = Some(OpenFamily {
                    writer,
                    rows: Box::new(metric.present_series()),
                });
                self.metric += 1;
            }
            None => self.end(piece),
        }
    }

    fn end(&mut self, piece: &mut Vec<u8>) {
        let Shared {
            registry,
            target,
            foreign,
            own,
        } = &*self.shared;
        target.push(piece, self.format);
        if let Some(foreign) = foreign {
            foreign.push(piece, registry, self.format);
        }
        own.push(piece, registry, self.format);
        own.scraped(self.started.elapsed(), self.series);
        if self.format == Format::OpenMetrics {
            piece.extend_from_slice(b"# EOF\n");
        }
        self.ended = true;
    }
}
