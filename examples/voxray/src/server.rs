//! The HTTP server: offers, `WebSocket`s, and the sessions that they begin.

use std::collections::HashMap;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State, WebSocketUpgrade};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use glyph_runtime::Telemetry;
use glyph_runtime::context::{self, Context};
use glyph_runtime::http::ServerLayer;
use serde::Deserialize;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tracing::Instrument;

use crate::cli::Settings;
use crate::fault::Fault;
use crate::recordings::Uploads;
use crate::session::sound::Sound;
use crate::session::{Models, Session};
use crate::stages::llm::ModelServer;
use crate::stages::stt::Recognizers;
use crate::stages::tts::Synthesizers;
use crate::telemetry::Metrics;
use crate::transport::peer::{Network, Peer, PeerError};
use crate::transport::ports::Ports;
use crate::transport::{Stopped, webrtc, websocket};

/// A client for browsers.
const PAGE: &str = include_str!("../page/index.html");
const SCRIPT: &str = include_str!("../page/call.js");
/// An address of no machine (RFC 5737).
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// The response to an offer that is not accepted.
type Rejected = (StatusCode, String);

/// The state that requests share.
#[derive(Debug)]
pub(crate) struct Server {
    models: Arc<Models>,
    uploads: Uploads,
    network: Network,
    next: AtomicU64,
    /// The sessions over WebRTC, for peers that come back.
    sessions: Arc<Mutex<HashMap<String, mpsc::Sender<Peer>>>>,
    offer_limit: Duration,
    connect_limit: Duration,
    fault: Option<Fault>,
    /// Dropped with the server, which ends its sessions.
    stop: watch::Sender<()>,
}

/// The query of an offer.
#[derive(Debug, Deserialize)]
struct Again {
    /// The session that the peer had before.
    session: Option<String>,
}

impl Server {
    pub(crate) fn new(
        settings: &Settings,
        llm: &str,
        uploads: Uploads,
    ) -> Result<Self, Box<dyn Error>> {
        let fault = settings.fault;
        let limit = Duration::from_millis(settings.llm_timeout);
        let is_nowhere = fault == Some(Fault::OfferFails);
        let ports = if is_nowhere {
            Ports::of(NOWHERE)
        } else {
            settings.ports()
        };
        Ok(Self {
            models: Arc::new(Models {
                recognizers: Recognizers::new(fault.and_then(Fault::of_stt)),
                server: ModelServer::new(llm, limit, fault)?,
                synthesizers: Synthesizers::new(fault.and_then(Fault::of_tts)),
            }),
            uploads,
            network: Network::new(ports)?,
            next: AtomicU64::new(0),
            sessions: Arc::default(),
            offer_limit: Duration::from_millis(settings.offer_timeout),
            connect_limit: Duration::from_millis(settings.connect_timeout),
            fault,
            stop: watch::channel(()).0,
        })
    }

    pub(crate) fn router(self, telemetry: &Telemetry) -> Router {
        let layers = ServerLayer::new(Metrics::global().http)
            .excluded_paths(["/healthz", "/readyz", "/metrics"]);
        Router::new()
            .route("/", get(|| async { Html(PAGE) }))
            .route("/call.js", get(script))
            .route("/offer", post(offer))
            .route("/ws", get(upgrade))
            .with_state(Arc::new(self))
            .merge(telemetry.router())
            .layer(layers)
    }

    fn session(&self) -> Session {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Session::new(format!("session-{number}"), Arc::clone(&self.models))
    }

    fn stopped(&self) -> Stopped {
        Stopped(self.stop.subscribe())
    }

    /// Accepts an offer within the time limit.
    async fn accept(&self, offer: &str) -> Result<(Peer, String), Rejected> {
        let offer = match self.fault {
            Some(Fault::Dtls) => with_another_fingerprint(offer),
            _ => offer.to_owned(),
        };
        let accepted = async {
            if self.fault == Some(Fault::OfferSlow) {
                std::future::pending::<()>().await;
            }
            self.network.accept(&offer).await
        };
        let accepted = timeout(self.offer_limit, accepted).await;
        let accepted = accepted.map_err(|_| {
            tracing::warn!("offer not answered in time");
            (StatusCode::GATEWAY_TIMEOUT, "too late\n".to_owned())
        })?;
        let (mut peer, answer) = accepted.map_err(|error| rejected(&error))?;
        if self.fault == Some(Fault::Ice) {
            peer.cut();
        }
        Ok((peer, answer))
    }

    /// Begins a session. It continues after the response, in the trace of the request.
    fn begin(&self, peer: Peer) -> String {
        let session = self.session();
        let id = session.id.clone();
        let (back, again) = mpsc::channel(1);
        let sessions = Arc::clone(&self.sessions);
        lock(&sessions).insert(id.clone(), back);
        let (uploads, limit, stopped) = (self.uploads.clone(), self.connect_limit, self.stopped());
        let span = tracing::info_span!("session", session = session.id);
        let whole = async move {
            let (sound, wire) = Sound::new();
            tokio::join!(
                webrtc::carry(&session, peer, again, wire, limit, stopped),
                session.converse(sound, uploads),
            );
            lock(&sessions).remove(&session.id);
        };
        context::spawn(whole.instrument(span));
        id
    }

    /// Gives a session another connection. Returns its id.
    async fn reconnect(&self, id: String, peer: Peer) -> Result<String, Rejected> {
        let missing = || (StatusCode::NOT_FOUND, "no such session\n".to_owned());
        let session = lock(&self.sessions).get(&id).cloned();
        let session = session.ok_or_else(missing)?;
        let labels = webrtc::active_of(&Session::new(id.clone(), Arc::clone(&self.models)));
        Metrics::global().webrtc.reconnection_attempts.inc(labels);
        Box::pin(session.send(peer)).await.map_err(|_| missing())?;
        Ok(id)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn script() -> impl IntoResponse {
    let kind = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], SCRIPT)
}

/// Answers an offer (SDP in plain text).
async fn offer(
    State(server): State<Arc<Server>>,
    Query(again): Query<Again>,
    body: String,
) -> Result<Response, Rejected> {
    let (peer, answer) = server.accept(&body).await?;
    let id = match again.session {
        Some(id) => Box::pin(server.reconnect(id, peer)).await?,
        None => server.begin(peer),
    };
    let headers = [
        (header::CONTENT_TYPE, "application/sdp".to_owned()),
        (header::LOCATION, format!("/offer?session={id}")),
    ];
    Ok((StatusCode::CREATED, headers, answer).into_response())
}

/// Begins a session over a WebSocket, in the trace of the request.
async fn upgrade(State(server): State<Arc<Server>>, request: WebSocketUpgrade) -> Response {
    let session = server.session();
    let (uploads, stopped) = (server.uploads.clone(), server.stopped());
    let span = tracing::info_span!("session", session = session.id);
    // The upgrade is a task of the HTTP server.
    let context = Context::current();
    request.on_upgrade(move |socket| {
        let whole = async move {
            let (sound, wire) = Sound::new();
            tokio::join!(
                websocket::carry(socket, wire, stopped),
                session.converse(sound, uploads),
            );
        };
        context.scope(whole.instrument(span))
    })
}

fn rejected(error: &PeerError) -> Rejected {
    let status = match error {
        PeerError::Port(_) | PeerError::Certificate => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    tracing::warn!(%error, "offer rejected");
    (status, format!("{error}\n"))
}

/// Returns an offer that was changed on the way.
fn with_another_fingerprint(offer: &str) -> String {
    let lines = offer.lines().map(|line| {
        let hash = line.strip_prefix("a=fingerprint:sha-256 ");
        hash.map_or_else(
            || format!("{line}\r\n"),
            |hash| {
                let another = hash.replace(['1', '2', '3'], "0").replace(['A', 'B'], "C");
                format!("a=fingerprint:sha-256 {another}\r\n")
            },
        )
    });
    lines.collect()
}
