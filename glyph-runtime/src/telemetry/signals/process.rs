//! The metrics of the process and of its tokio runtime.

use glyph_core::{
    __runtime::{self, sample_names},
    catalog::{CatalogDescriptor, MetricDescriptor},
};
use tokio::runtime::Handle;

use super::{Order, Parts, Running, Signal, StartError};
use crate::{Catalog, expose::Exposition, process, telemetry::TelemetryBuilder};

/// Whether the metrics are to be exposed, and of which runtime.
struct Process {
    is_wanted: bool,
    runtime: Option<Handle>,
}

#[derive(Debug)]
pub(in crate::telemetry) struct RunningProcess {
    runtime: Option<Handle>,
}

pub(super) fn signal() -> Box<dyn Signal> {
    Box::new(Process {
        is_wanted: true,
        runtime: None,
    })
}

impl Signal for Process {
    fn name(&self) -> &'static str {
        "process metrics"
    }

    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError> {
        if !self.is_wanted {
            return Ok(None);
        }
        let own = [
            &process::ProcessMetrics::DESCRIPTOR,
            &process::TokioMetrics::DESCRIPTOR,
        ];
        for metric in __runtime::metrics(&parts.registry) {
            reject_clash(metric.descriptor(), own)?;
        }
        let runtime = self.runtime.or_else(|| Handle::try_current().ok());
        Ok(Some(Box::new(RunningProcess { runtime })))
    }
}

/// Fails if the program declares a metric that is exposed here.
fn reject_clash(
    declared: &MetricDescriptor,
    own: [&'static CatalogDescriptor; 2],
) -> Result<(), StartError> {
    let taken = |name: &String| {
        let metrics = own.iter().flat_map(|catalog| catalog.metrics);
        metrics
            .into_iter()
            .any(|metric| sample_names(metric).contains(name))
    };
    let Some(name) = sample_names(declared).into_iter().find(taken) else {
        return Ok(());
    };
    let (file, line) = (declared.file, declared.line);
    let message = format!(
        "`{name}`, declared at {file}:{line}, is a metric of the feature `process` too: remove the \
         declaration, or add `.without_process()`"
    );
    Err(message.into())
}

impl Running for RunningProcess {
    fn order(&self) -> Order {
        Order::Never
    }

    fn report(&self, exposition: &Exposition) {
        for source in process::sources(self.runtime.as_ref()) {
            exposition.add(source);
        }
    }
}

impl TelemetryBuilder {
    /// Sets the tokio runtime whose metrics are exposed. Default: the one in which `build` or `install`
    /// is called.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, expose::Format};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = tokio::runtime::Runtime::new()?;
    /// let telemetry = Telemetry::builder("proxy").tokio_runtime(runtime.handle().clone()).build()?;
    /// assert!(telemetry.render(Format::Text).contains("tokio_workers "));
    /// # Ok(())
    /// # }
    /// ```
    pub fn tokio_runtime(self, runtime: Handle) -> Self {
        self.with(|process: &mut Process| process.runtime = Some(runtime))
    }

    /// Exposes no metrics of the process and of tokio.
    pub fn without_process(self) -> Self {
        self.with(|process: &mut Process| process.is_wanted = false)
    }
}
