//! A model server in the process of the test, which counts for itself.

use std::time::Duration;

use glyph_example_model::{Counts, Model};
use tokio::{net::TcpListener, runtime::Runtime};

/// A model server that serves until it is dropped.
pub(crate) struct Peer {
    model: Model,
    pub(crate) url: String,
    _runtime: Runtime,
}

impl Peer {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let model = Model::new().wait(Duration::from_secs(3600));
        runtime.spawn(model.clone().serve(listener));
        Self {
            model,
            url,
            _runtime: runtime,
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.model.counts()
    }
}
