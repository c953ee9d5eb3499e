//! The gateway's side of a conversation.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::uri::PathAndQuery;
use futures_util::stream::unfold;
use glyph_runtime::grpc::{ClientLayer, ClientMetrics, ClientService};
use glyph_runtime::scope::ScopeLabels;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tonic::client::Grpc;
use tonic::metadata::{MetadataKey, MetadataMap};
use tonic::transport::{self, Channel, Endpoint};
use tonic::{Request, Status, Streaming};
use tower::Layer;

use super::message::{Head, Message, Messages};
use super::{CONVERSE, GatewayMetrics};
use crate::conversation::{Answer, Spoken, TurnError};

/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// A client of a worker. Calls carry the trace, the request id and the tenant in the metadata.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    grpc: Grpc<ClientService<Channel>>,
    address: Arc<str>,
    is_down: Arc<AtomicBool>,
}

/// A conversation at a worker.
#[derive(Debug)]
pub(crate) struct Remote {
    utterances: mpsc::Sender<Message>,
    answers: Streaming<Message>,
    worker: Worker,
}

impl Worker {
    pub(crate) fn to(address: &str) -> Result<Self, Box<dyn Error>> {
        let channel = Endpoint::from_shared(format!("http://{address}"))?
            .connect_timeout(CONNECT_LIMIT)
            .connect_lazy();
        let layer = ClientLayer::new(ClientMetrics::global())
            .peer("worker")
            .methods([CONVERSE]);
        Ok(Self {
            grpc: Grpc::new(layer.layer(channel)),
            address: address.into(),
            is_down: Arc::new(AtomicBool::new(false)),
        })
    }

    /// Returns an error if nothing listens at the worker's address.
    pub(crate) async fn ping(&self) -> io::Result<()> {
        TcpStream::connect(&*self.address).await.map(drop)
    }

    /// Opens a conversation for the current tenant.
    pub(crate) async fn open(
        &self,
        session: &str,
        npc: &str,
        participants: usize,
    ) -> Result<Remote, TurnError> {
        let opened = self.call(session, npc, participants).await;
        let (utterances, answers) = opened.map_err(|status| self.interrupted(status))?;
        Ok(Remote {
            utterances,
            answers,
            worker: self.clone(),
        })
    }

    async fn call(
        &self,
        session: &str,
        npc: &str,
        participants: usize,
    ) -> Result<(mpsc::Sender<Message>, Streaming<Message>), Status> {
        let mut grpc = self.grpc.clone();
        let unavailable = |error: transport::Error| Status::unavailable(error.to_string());
        grpc.ready().await.map_err(unavailable)?;
        let (utterances, waiting) = mpsc::channel(1);
        let open = Message::from(Head::Open {
            session: session.to_owned(),
            npc: npc.to_owned(),
            participants,
        });
        let _receiver_is_here = utterances.send(open).await;
        let messages = unfold(waiting, async |mut waiting| {
            Some((waiting.recv().await?, waiting))
        });
        let mut request = Request::new(messages);
        add_tenant(request.metadata_mut());
        let path = PathAndQuery::try_from(format!("/{CONVERSE}"));
        let path = path.map_err(|error| Status::internal(error.to_string()))?;
        let response = grpc.streaming(request, path, Messages).await?;
        Ok((utterances, response.into_inner()))
    }

    /// Takes note of a worker that does not answer.
    fn interrupted(&self, status: Status) -> TurnError {
        let metrics = GatewayMetrics::global();
        metrics.interrupted_conversations.inc();
        metrics.worker_up.set(0);
        if !self.is_down.swap(true, Ordering::Relaxed) {
            tracing::error!(worker = %self.address, error = status.message(), "worker unreachable");
        }
        TurnError::Worker(Box::new(status))
    }

    fn answered(&self) {
        GatewayMetrics::global().worker_up.set(1);
        if self.is_down.swap(false, Ordering::Relaxed) {
            tracing::info!(worker = %self.address, "worker answers again");
        }
    }
}

impl Remote {
    /// Returns the answer to an utterance.
    pub(crate) async fn say(&mut self, spoken: Spoken) -> Result<Answer, TurnError> {
        let answer = self.exchange(spoken).await;
        let Message { head, audio } = answer.map_err(|status| self.worker.interrupted(status))?;
        self.worker.answered();
        match head {
            Head::Answer {
                speaker,
                words,
                reply,
            } => Ok(Answer {
                speaker,
                words,
                reply,
                audio,
            }),
            Head::Failed { reason, is_unclear } => Err(TurnError::AtWorker { reason, is_unclear }),
            Head::Open { .. } | Head::Say { .. } => {
                let status = Status::internal("the worker's message is not an answer");
                Err(self.worker.interrupted(status))
            }
        }
    }

    async fn exchange(&mut self, spoken: Spoken) -> Result<Message, Status> {
        let Spoken { speaker, audio } = spoken;
        let head = Head::Say { speaker };
        // If the call has ended, its status is where the answer would be.
        let _call_has_ended = self.utterances.send(Message { head, audio }).await;
        let ended = || Status::unavailable("the worker ended the conversation");
        self.answers.message().await?.ok_or_else(ended)
    }
}

/// Adds the labels of the current scope, as the headers of requests have them.
fn add_tenant(metadata: &mut MetadataMap) {
    ScopeLabels::current().for_each(|label, value| {
        let name = format!("x-{}", label.replace('_', "-"));
        if let (Ok(name), Ok(value)) = (MetadataKey::from_bytes(name.as_bytes()), value.parse()) {
            metadata.insert(name, value);
        }
    });
}
