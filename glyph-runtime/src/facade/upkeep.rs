//! Limits the memory of the external recorder, which buffers observations until they are folded.

use std::{
    io,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use metrics_exporter_prometheus::PrometheusHandle;

const INTERVAL: Duration = Duration::from_secs(5);

/// Folds at an interval until it is dropped.
#[derive(Debug)]
pub(crate) struct Upkeep {
    _until: Sender<()>,
}

impl Upkeep {
    pub(crate) fn start(recorder: PrometheusHandle) -> io::Result<Self> {
        let (until, ended) = channel();
        thread::Builder::new()
            .name("glyph-upkeep".to_owned())
            .spawn(move || {
                while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    recorder.run_upkeep();
                }
            })?;
        Ok(Self { _until: until })
    }
}
