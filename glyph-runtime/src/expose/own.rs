//! What glyph says of itself on the page.

#[cfg(any(feature = "trace", feature = "log"))]
use std::sync::OnceLock;
#[cfg(feature = "trace")]
use std::sync::{Arc, Mutex, PoisonError};
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use super::{Format, escape, family::push_head, float};
#[cfg(feature = "trace")]
use crate::export::{self, Exporters};
use crate::{
    catalog::{Registry, ScopeLabel, Unit},
    metric::Metric,
};
use glyph_core::__runtime;

/// First words, behind `glyph_`, of what the page says of glyph itself; the macros refuse them to catalogs.
#[cfg(feature = "metrics")]
const RESERVED: [&str; 10] = [
    "audit",
    "export",
    "facade",
    "label",
    "log",
    "observations",
    "scrape",
    "scrapes",
    "series",
    "trace",
];

/// Whether a family of this name could be glyph's own.
#[cfg(feature = "metrics")]
pub(crate) fn is_reserved(family: &str) -> bool {
    let words = family.strip_prefix("glyph_").map(|rest| rest.split('_'));
    words.is_some_and(|mut words| words.next().is_some_and(|first| RESERVED.contains(&first)))
}

/// Counts kept for the page about the page.
#[derive(Debug, Default)]
pub(crate) struct OwnMetrics {
    scrapes: AtomicU64,
    scrape_nanoseconds: AtomicU64,
    series: AtomicU64,
    #[cfg(feature = "trace")]
    traces: OnceLock<Arc<crate::trace::Routes>>,
    #[cfg(feature = "log")]
    log: OnceLock<crate::log::Counters>,
    #[cfg(feature = "trace")]
    exporters: Mutex<Vec<Arc<dyn Exporters>>>,
}

/// Who is scraped (OpenTelemetry, "Prometheus and OpenMetrics Compatibility": resource attributes).
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) service: String,
    pub(crate) version: Option<String>,
}

impl Target {
    pub(crate) fn push(&self, page: &mut Vec<u8>, format: Format) {
        let (name, kind) = match format {
            Format::Text => ("target_info", "gauge"),
            Format::OpenMetrics => ("target", "info"),
        };
        push_head(page, format, name, kind, "Who is scraped.", Unit::None);
        let version = self
            .version
            .as_deref()
            .map(|version| ("service_version", version));
        let labels: Vec<_> = [("service_name", self.service.as_str())]
            .into_iter()
            .chain(version)
            .collect();
        push_sample(page, "target_info", "gauge", &labels, 1.0);
    }
}

impl OwnMetrics {
    pub(crate) fn scraped(&self, took: Duration, series: u64) {
        self.scrapes.fetch_add(1, Relaxed);
        self.scrape_nanoseconds
            .store(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        self.series.store(series, Relaxed);
    }

    pub(crate) fn push(&self, page: &mut Vec<u8>, registry: &Registry, format: Format) {
        push_overflow(page, registry, format);
        push_refused(page, registry, format);
        let took = Duration::from_nanos(self.scrape_nanoseconds.load(Relaxed));
        let single = [
            (
                "glyph_scrape_duration_seconds",
                "gauge",
                "Time that rendering took for the scrape before this one.",
                Unit::Seconds,
                took.as_secs_f64(),
            ),
            (
                "glyph_scrapes",
                "counter",
                "Scrapes that were rendered to their end.",
                Unit::None,
                whole(&self.scrapes),
            ),
            (
                "glyph_series",
                "gauge",
                "Rows of declared metrics in the scrape before this one; a histogram's row is one.",
                Unit::None,
                whole(&self.series),
            ),
        ];
        for (name, kind, help, unit, value) in single {
            push_head(page, format, name, kind, help, unit);
            push_sample(page, name, kind, &[], value);
        }
        #[cfg(feature = "trace")]
        if let Some(traces) = self.traces.get() {
            crate::trace::push_page(page, format, traces);
        }
        #[cfg(feature = "log")]
        if let Some(log) = self.log.get() {
            crate::log::push_page(page, format, &log.snapshot());
        }
        #[cfg(feature = "trace")]
        export::push_page(page, format, &self.export_counts());
    }

    /// Puts what became of a pipeline's spans on the page; the first pipeline stays.
    #[cfg(feature = "trace")]
    pub(crate) fn traces(&self, pipeline: &crate::trace::Pipeline) {
        if self.traces.set(Arc::clone(pipeline.routes())).is_ok() {
            self.exporters(Arc::<crate::trace::Routes>::clone(pipeline.routes()));
        }
    }

    /// Puts what became of what exporters were given on the page; the first of a signal stay.
    #[cfg(feature = "trace")]
    pub(crate) fn exporters(&self, exporters: Arc<dyn Exporters>) {
        let mut known = self.lock_exporters();
        if known
            .iter()
            .all(|known| known.signal() != exporters.signal())
        {
            known.push(exporters);
        }
    }

    #[cfg(feature = "trace")]
    fn export_counts(&self) -> Vec<(&'static str, export::ExportCounts)> {
        let known = self.lock_exporters().clone();
        let counts = known.iter().flat_map(|exporters| {
            let counts = exporters.counts().into_iter();
            counts.map(|counts| (exporters.signal(), counts))
        });
        counts.collect()
    }

    #[cfg(feature = "trace")]
    fn lock_exporters(&self) -> std::sync::MutexGuard<'_, Vec<Arc<dyn Exporters>>> {
        self.exporters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what became of a log's lines on the page; the first log stays.
    #[cfg(feature = "log")]
    pub(crate) fn log(&self, counters: crate::log::Counters) {
        let _already_there = self.log.set(counters);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
fn whole(count: &AtomicU64) -> f64 {
    count.load(Relaxed) as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
fn push_overflow(page: &mut Vec<u8>, registry: &Registry, format: Format) {
    const NAME: &str = "glyph_label_overflow";
    const HELP: &str =
        "Observations counted under `other` because an open label had reached its bound.";
    let mut head = Some(());
    for metric in __runtime::metrics(registry) {
        let open = metric
            .descriptor()
            .labels
            .iter()
            .filter(|label| __runtime::is_open(label));
        for (label, values) in open.zip(metric.open()) {
            if head.take().is_some() {
                push_head(page, format, NAME, "counter", HELP, Unit::None);
            }
            let labels = [("metric", metric.descriptor().name), ("label", label.name)];
            push_sample(page, NAME, "counter", &labels, values.overflowed() as f64);
        }
        for (index, label) in scope_labels(metric).iter().enumerate() {
            if head.take().is_some() {
                push_head(page, format, NAME, "counter", HELP, Unit::None);
            }
            let labels = [("metric", metric.descriptor().name), ("label", label.name)];
            let overflowed = metric.scope_overflowed(index);
            push_sample(page, NAME, "counter", &labels, overflowed as f64);
        }
    }
}

/// Where nobody ever was in a scope nothing tells of one.
fn scope_labels(metric: &Metric) -> &'static [ScopeLabel] {
    match metric.target() {
        Some(target) if target.was_used() => target.labels(),
        _ => &[],
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
fn push_refused(page: &mut Vec<u8>, registry: &Registry, format: Format) {
    const NAME: &str = "glyph_observations_refused";
    const HELP: &str = "Observations dropped because they were no finite number, or out of range.";
    let histograms = __runtime::metrics(registry)
        .iter()
        .filter(|metric| metric.is_histogram());
    let mut head = Some(());
    for metric in histograms {
        if head.take().is_some() {
            push_head(page, format, NAME, "counter", HELP, Unit::None);
        }
        push_sample(
            page,
            NAME,
            "counter",
            &[("metric", metric.descriptor().name)],
            metric.refused() as f64,
        );
    }
}

/// One sample of a family that no catalog declares.
pub(crate) fn push_sample(
    page: &mut Vec<u8>,
    name: &str,
    kind: &str,
    labels: &[(&str, &str)],
    value: f64,
) {
    page.extend_from_slice(name.as_bytes());
    if kind == "counter" {
        page.extend_from_slice(b"_total");
    }
    for (index, (name, value)) in labels.iter().enumerate() {
        page.extend_from_slice(if index == 0 { b"{" } else { b"," });
        page.extend_from_slice(name.as_bytes());
        page.extend_from_slice(b"=\"");
        escape::push_value(page, value);
        page.push(b'"');
    }
    page.extend_from_slice(if labels.is_empty() { b" " } else { b"} " });
    float::push(page, value);
    page.push(b'\n');
}
