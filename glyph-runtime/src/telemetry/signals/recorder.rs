//! The recorder of the `metrics` crate.

use std::{fmt, sync::Mutex};

use super::{Order, Parts, Running, Signal, StartError};
use crate::{
    config::Environment,
    expose::Exposition,
    facade::{self, Upkeep},
    telemetry::{InstallError, TelemetryBuilder},
};
use glyph_core::__runtime::lock;

/// Whether a recorder is to be installed.
struct Recorder {
    is_wanted: bool,
    is_installed: bool,
}

/// The recorder until it is installed, and the thread that bounds its memory.
struct RunningRecorder {
    recorder: Mutex<Option<facade::Recorder>>,
    _upkeep: Upkeep,
}

pub(super) fn signal() -> Box<dyn Signal> {
    Box::new(Recorder {
        is_wanted: true,
        is_installed: false,
    })
}

impl Signal for Recorder {
    fn name(&self) -> &'static str {
        "metrics recorder"
    }

    fn prepare(&mut self, _: &Environment<'_>) -> Result<(), InstallError> {
        self.is_installed = self.is_wanted;
        Ok(())
    }

    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError> {
        if !self.is_installed {
            return Ok(None);
        }
        let recorder = facade::Recorder::new(&parts.registry);
        parts.external = Some(Box::new(recorder.external()));
        Ok(Some(Box::new(RunningRecorder {
            _upkeep: Upkeep::start(recorder.external())?,
            recorder: Mutex::new(Some(recorder)),
        })))
    }
}

impl Running for RunningRecorder {
    /// Metrics are still recorded after a shutdown.
    fn order(&self) -> Order {
        Order::Never
    }

    fn report(&self, exposition: &Exposition) {
        if let Some(recorder) = lock(&self.recorder).as_ref() {
            exposition.show(recorder);
        }
    }

    fn claim(&self) -> Result<(), InstallError> {
        match lock(&self.recorder).take() {
            Some(recorder) => {
                metrics::set_global_recorder(recorder).map_err(|_| InstallError::RecorderInstalled)
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for RunningRecorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RunningRecorder")
            .finish_non_exhaustive()
    }
}

impl TelemetryBuilder {
    /// Installs no recorder for the `metrics` crate.
    pub fn without_facade(self) -> Self {
        self.with(|recorder: &mut Recorder| recorder.is_wanted = false)
    }
}
