//! What a process does until its end: it serves, and plays the sessions of tenants.

use std::future::pending;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use glyph_runtime::Telemetry;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::conversation::Place;
use crate::fault::Fault;
use crate::process::Ended;
use crate::recordings::Recording;
use crate::server;
use crate::session::play;
use crate::settings::{Settings, Tenant};
use crate::stop::Stop;
use crate::telemetry::{TenantContext, VoiceMetrics};

/// Pause between two rounds of a session.
const INTERMISSION: Duration = Duration::from_millis(500);
/// Tasks that a leak leaves.
const LEAKED_TASKS: usize = 1001;

/// A process that serves.
pub(crate) struct Serving {
    telemetry: Telemetry,
    running: watch::Sender<()>,
    pub(crate) stop: Stop,
    server: JoinHandle<io::Result<()>>,
    /// What ends by itself after the stop.
    pub(crate) work: JoinSet<()>,
    /// What never ends.
    _tasks: JoinSet<()>,
}

impl Serving {
    /// Serves the API and the pages of the telemetry, and prints the address.
    pub(crate) async fn start(
        telemetry: Telemetry,
        settings: &Settings,
        api: Router,
    ) -> Result<Self, server::ListenError> {
        let (listener, address) = server::bind(settings.listen).await?;
        let (running, stop) = Stop::pair();
        let endpoints = telemetry.router().merge(api);
        let server = tokio::spawn(server::serve(listener, endpoints, stop.clone()));
        // Without a reader of the address, the process serves all the same.
        let _nobody_reads = writeln!(io::stdout(), "listening on http://{address}");
        Ok(Self {
            telemetry,
            running,
            stop,
            server,
            work: JoinSet::new(),
            _tasks: background(settings),
        })
    }

    /// Plays the sessions of a tenant repeatedly.
    pub(crate) fn play(
        &mut self,
        place: &Place,
        recordings: &[Arc<Recording>],
        tenant: Option<&Tenant>,
        speed: f64,
    ) {
        let labels = TenantContext {
            tenant_id: tenant.map(|tenant| tenant.id.clone()),
            campaign_id: tenant.map(|tenant| tenant.campaign.clone()),
        }
        .labels();
        for recording in recordings {
            let sessions = repeat(
                place.clone(),
                Arc::clone(recording),
                speed,
                self.stop.clone(),
            );
            self.work.spawn(labels.clone().scope(sessions));
        }
    }

    /// Runs until a signal, and then until what was accepted before it has ended.
    pub(crate) async fn until_end(mut self) -> Ended {
        tokio::select! {
            signal = self.telemetry.until_signal(Duration::ZERO) => signal?,
            ended = &mut self.server => return Ok(ended??),
        }
        drop(self.running);
        let work = async { while self.work.join_next().await.is_some() {} };
        if timeout(server::GRACE, work).await.is_err() {
            tracing::warn!(seconds = server::GRACE.as_secs(), "sessions were cut off");
        }
        self.server.await??;
        // The log has what was not delivered. The work is done, so that is not an error of the program.
        let _report = self.telemetry.shutdown().await;
        Ok(())
    }
}

/// Starts the tasks that a process has besides its work.
fn background(settings: &Settings) -> JoinSet<()> {
    let runtime = tokio::runtime::Handle::current().metrics();
    let alive = &VoiceMetrics::global().alive_tasks;
    alive.read_from(move || runtime.num_alive_tasks()).forever();
    let mut tasks = JoinSet::new();
    if settings.faults.is(Fault::TaskLeak) {
        for _ in 0..LEAKED_TASKS {
            tasks.spawn(pending());
        }
    }
    tasks
}

async fn repeat(place: Place, recording: Arc<Recording>, speed: f64, stop: Stop) {
    loop {
        play(&place, &recording, speed, &stop).await;
        tokio::select! {
            () = sleep(INTERMISSION) => {}
            () = stop.clone().wait() => return,
        }
    }
}
