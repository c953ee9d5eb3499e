//! The exposition, in pieces.

use std::{
    collections::HashSet,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use glyph_core::__runtime::{
    self, Measured, ObservedFamily, Source, is_reserved, lock, read_functions, sample_names,
};

use super::{
    ExternalRecorder, Format,
    external::{External, ExternalFamily, ExternalWriter},
    family::FamilyWriter,
    scrape::Scrapes,
    target::{self, Target},
    unregistered::{self, Unregistered},
};
use crate::{origin::Origin, resource::Resource};
use glyph_core::{
    catalog::{CatalogDescriptor, Registry},
    metric::{ExposedMetric, PresentSeries},
};

/// The size in bytes at which a piece is complete.
const PIECE: usize = 64 * 1024;

/// The time that a scrape or a push waits for functions that metrics are read from.
pub(super) const FUNCTIONS: Duration = Duration::from_secs(1);

/// The metrics of a process for scrapes: those of catalogs, those of external recorders, and
/// glyph's own.
#[derive(Clone)]
pub struct Exposition {
    shared: Arc<Shared>,
}

struct Shared {
    registry: Registry,
    target: Target,
    external: Option<External>,
    scrapes: Arc<Scrapes>,
    /// The sources of glyph's own metrics.
    sources: Mutex<Vec<Source>>,
    /// Whether the log of the process is that of the telemetry.
    is_installed: AtomicBool,
    origin: Origin,
}

impl Exposition {
    pub(crate) fn new(
        registry: Registry,
        resource: &Resource,
        external: Option<Box<dyn ExternalRecorder>>,
    ) -> Self {
        __runtime::expose(&registry);
        let scrapes = Arc::new(Scrapes::new(registry.clone()));
        let sources = vec![
            Source::new(Arc::new(registry.clone())),
            Source::new(Arc::<Scrapes>::clone(&scrapes)),
            Source::new(Arc::new(Unregistered)),
        ];
        Self {
            shared: Arc::new(Shared {
                registry,
                target: Target::new(resource),
                external: external.map(External::new),
                scrapes,
                sources: Mutex::new(sources),
                is_installed: AtomicBool::new(false),
                origin: Origin::here(),
            }),
        }
    }

    /// Notes that the telemetry is installed in the process.
    pub(crate) fn installed(&self) {
        self.shared.is_installed.store(true, Relaxed);
    }

    /// Logs the catalogs that record and are not exposed, if the telemetry is installed.
    pub(crate) fn log_unregistered(&self) {
        if self.shared.is_installed.load(Relaxed) {
            unregistered::log();
        }
    }

    /// The catalogs of the program.
    pub(crate) fn registry(&self) -> &Registry {
        &self.shared.registry
    }

    /// Adds the counts of a pipeline of spans, lines or log records to glyph's own metrics, such as
    /// `glyph_export_dropped_total{signal="logs"}`.
    ///
    /// Of two pipelines for one signal, the first stays. The pipelines of a `Telemetry` are added
    /// already.
    pub fn show(&self, pipeline: &impl Measured) {
        for source in pipeline.sources() {
            self.add(source);
        }
    }

    pub(crate) fn add(&self, source: Source) {
        let mut sources = lock(&self.shared.sources);
        if !sources.iter().any(|known| known.replaces(&source)) {
            sources.push(source);
        }
    }

    /// Returns the catalogs of glyph's own metrics, each once.
    ///
    /// They depend on the signals that run, so they are not in the artifacts of a program's catalogs.
    /// With the feature `artifacts`, `Artifacts::new(exposition.internal_catalogs()).reference()`
    /// returns their reference.
    #[must_use]
    pub fn internal_catalogs(&self) -> Vec<&'static CatalogDescriptor> {
        self.catalogs_of_sources(is_internal)
    }

    /// Returns the catalogs of other metrics that the telemetry reads, such as those of the process.
    #[cfg(feature = "artifacts")]
    pub(crate) fn added_catalogs(&self) -> Vec<&'static CatalogDescriptor> {
        self.catalogs_of_sources(|catalog| !is_internal(catalog))
    }

    /// Returns the catalogs of sources, each once.
    fn catalogs_of_sources(
        &self,
        is_kept: impl Fn(&CatalogDescriptor) -> bool,
    ) -> Vec<&'static CatalogDescriptor> {
        let mut catalogs: Vec<&'static CatalogDescriptor> = Vec::new();
        for catalog in self.sources().iter().map(Source::catalog) {
            if is_kept(catalog) && !catalogs.iter().any(|known| std::ptr::eq(*known, catalog)) {
                catalogs.push(catalog);
            }
        }
        catalogs
    }

    /// Starts a scrape in pieces of about 64 KiB. Each piece is read from the cells when the
    /// iterator reaches it.
    #[must_use]
    pub fn pieces(&self, format: Format) -> Pieces {
        Pieces {
            exposition: self.clone(),
            format,
            started: Instant::now(),
            has_read: false,
            metric: 0,
            family: None,
            series: 0,
            external: None,
            ended: false,
        }
    }

    /// Returns the whole exposition.
    #[must_use]
    pub fn render(&self, format: Format) -> String {
        let mut out = Vec::new();
        for piece in self.pieces(format) {
            out.extend_from_slice(&piece);
        }
        String::from_utf8(out).unwrap_or_default()
    }

    /// Returns glyph's own metrics.
    pub(crate) fn internal(&self) -> Vec<ObservedFamily> {
        self.log_unregistered();
        Source::read(&self.sources())
    }

    /// Returns the metrics of external recorders.
    pub(crate) fn external(&self) -> Arc<Vec<ExternalFamily>> {
        let external = self.shared.external.as_ref();
        let families = external.map(|external| external.families(self.names_taken()));
        families.unwrap_or_default()
    }

    /// Whether a family or a sample of this name is declared, by a source too, or reserved for glyph.
    fn names_taken(&self) -> impl Fn(&str) -> bool + use<> {
        let mut taken: HashSet<String> = names_of_page(self.registry()).collect();
        let sources = self.sources();
        let metrics = sources.iter().flat_map(|source| source.catalog().metrics);
        taken.extend(metrics.flat_map(sample_names));
        move |name| taken.contains(name) || is_reserved(name)
    }

    /// Returns a copy of the sources, since reading one may take long. A forked child gets none if
    /// another thread of the parent had the lock at the fork.
    fn sources(&self) -> Vec<Source> {
        let Shared {
            origin, sources, ..
        } = &*self.shared;
        let sources = origin.lock(sources);
        sources.map_or_else(Vec::new, |sources| sources.clone())
    }
}

/// Returns the names of families and samples that catalogs declare, and those of the target.
pub(crate) fn names_of_page(registry: &Registry) -> impl Iterator<Item = String> {
    let metrics = __runtime::metrics(registry).iter();
    let declared = metrics.flat_map(|metric| sample_names(metric.descriptor()));
    declared.chain([target::FAMILY, target::SAMPLE].map(str::to_owned))
}

/// Whether the metrics are about glyph's own work.
fn is_internal(catalog: &CatalogDescriptor) -> bool {
    catalog.namespace.split('.').next() == Some("glyph")
}

impl fmt::Debug for Exposition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Exposition")
            .field("registry", &self.shared.registry)
            .finish_non_exhaustive()
    }
}

/// A scrape; see [`Exposition::pieces`].
pub struct Pieces {
    exposition: Exposition,
    format: Format,
    started: Instant,
    /// Whether functions have set the metrics that are read from them.
    has_read: bool,
    metric: usize,
    family: Option<OpenFamily>,
    series: u64,
    /// The families of external recorders, once all declared ones are written.
    external: Option<ExternalWriter>,
    ended: bool,
}

struct OpenFamily {
    writer: FamilyWriter,
    series: Box<dyn Iterator<Item = PresentSeries> + Send>,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if !self.has_read {
            read_functions(FUNCTIONS);
            self.has_read = true;
        }
        let mut piece = Vec::with_capacity(PIECE + PIECE / 8);
        while piece.len() < PIECE && !self.ended {
            self.step(&mut piece);
        }
        (!piece.is_empty()).then(|| piece.into())
    }
}

impl Pieces {
    /// Writes series of the open family, opens the next, or ends the exposition.
    fn step(&mut self, piece: &mut Vec<u8>) {
        if let Some(family) = &mut self.family {
            for series in family.series.by_ref() {
                family.writer.series(piece, &series);
                self.series += 1;
                if piece.len() >= PIECE {
                    return;
                }
            }
            self.family = None;
        }
        match __runtime::metrics(self.exposition.registry()).get(self.metric) {
            Some(&metric) => {
                let writer = FamilyWriter::new(metric, self.format);
                writer.head(piece);
                self.family = Some(OpenFamily {
                    writer,
                    series: metric.present_series(),
                });
                self.metric += 1;
            }
            None => self.external(piece),
        }
    }

    /// Writes series of external recorders, and then the end.
    fn external(&mut self, piece: &mut Vec<u8>) {
        if let Some(external) = &mut self.external {
            if !external.push(piece, PIECE) {
                self.end(piece);
            }
        } else {
            self.exposition.shared.target.push(piece, self.format);
            let families = self.exposition.external();
            self.external = Some(ExternalWriter::new(families, self.format));
        }
    }

    fn end(&mut self, piece: &mut Vec<u8>) {
        let scrapes = &self.exposition.shared.scrapes;
        for family in self.exposition.internal() {
            let metric = ExposedMetric::declared(family.metric);
            let mut writer = FamilyWriter::new(metric, self.format);
            writer.head(piece);
            for series in &family.series {
                writer.series(piece, series);
            }
        }
        scrapes.completed(self.started.elapsed(), self.series);
        if self.format == Format::OpenMetrics {
            piece.extend_from_slice(b"# EOF\n");
        }
        self.ended = true;
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pieces")
            .field("format", &self.format)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
