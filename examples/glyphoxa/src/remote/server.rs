//! The worker's side of a conversation.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::http;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, unfold};
use glyph_runtime::context;
use glyph_runtime::grpc::{ServerLayer, ServerMetrics};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::transport::{self, Server, server::TcpIncoming};
use tonic::{Request, Response, Status, Streaming};
use tower::{Service, service_fn};

use super::message::{Head, Message, Messages};
use super::{CONVERSE, SERVICE};
use crate::conversation::{Answer, Pipeline, Room, Spoken, TurnError};
use crate::stop::Stop;
use crate::{npc, server};

type Answers = BoxStream<'static, Result<Message, Status>>;

/// Serves until the stop, and then until the utterances that were accepted have their answers.
pub(crate) async fn serve(
    listener: TcpListener,
    pipeline: Arc<Pipeline>,
    stop: Stop,
) -> Result<(), transport::Error> {
    let layer = ServerLayer::new(ServerMetrics::global())
        .methods([CONVERSE])
        .scope(server::tenant);
    let stopped = stop.clone().wait();
    let voice = Voice { pipeline, stop };
    let server = Server::builder().layer(layer).add_service(voice);
    let incoming = TcpIncoming::from(listener);
    server.serve_with_incoming_shutdown(incoming, stopped).await
}

#[derive(Clone, Debug)]
struct Voice {
    pipeline: Arc<Pipeline>,
    stop: Stop,
}

impl NamedService for Voice {
    const NAME: &'static str = SERVICE;
}

impl Service<http::Request<Body>> for Voice {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let voice = self.clone();
        Box::pin(async move {
            if request.uri().path().trim_start_matches('/') != CONVERSE {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            let conversed = service_fn(move |call: Request<Streaming<Message>>| {
                let begun = voice.clone().begin(call.into_inner());
                async { Ok::<_, Status>(Response::new(begun)) }
            });
            Ok(Grpc::new(Messages).streaming(conversed, request).await)
        })
    }
}

impl Voice {
    /// Starts a conversation in a task with the trace and the tenant of the call.
    fn begin(self, messages: Streaming<Message>) -> Answers {
        let (answers, waiting) = mpsc::channel(1);
        context::spawn(async move {
            if let Err(status) = Box::pin(self.converse(messages, &answers)).await {
                tracing::info!(reason = status.message(), "conversation ends early");
                let _gateway_has_left = answers.send(Err(status)).await;
            }
        });
        unfold(waiting, async |mut waiting: mpsc::Receiver<_>| {
            Some((waiting.recv().await?, waiting))
        })
        .boxed()
    }

    async fn converse(
        self,
        mut messages: Streaming<Message>,
        answers: &mpsc::Sender<Result<Message, Status>>,
    ) -> Result<(), Status> {
        let opening = messages.message().await?.map(|message| message.head);
        let Some(Head::Open {
            session,
            npc,
            participants,
        }) = opening
        else {
            return Err(Status::invalid_argument(
                "a conversation begins with its session",
            ));
        };
        let npc = npc::find(&npc).ok_or_else(|| Status::not_found("unknown character"))?;
        let room = Room::open(&self.pipeline, &session, npc, participants);
        loop {
            let message = tokio::select! {
                biased;
                message = messages.message() => message?,
                () = self.stop.clone().wait() => return Err(Status::unavailable("the worker ends")),
            };
            let Some(Message { head, audio }) = message else {
                return Ok(());
            };
            let Head::Say { speaker } = head else {
                return Err(Status::invalid_argument("not an utterance"));
            };
            let answer = room.say(Spoken { speaker, audio }).await;
            if answers.send(Ok(message_of(answer))).await.is_err() {
                return Err(Status::cancelled("the gateway has left"));
            }
        }
    }
}

fn message_of(answer: Result<Answer, TurnError>) -> Message {
    match answer {
        Ok(Answer {
            speaker,
            words,
            reply,
            audio,
        }) => Message {
            head: Head::Answer {
                speaker,
                words,
                reply,
            },
            audio,
        },
        Err(error) => {
            let (reason, is_unclear) = (error.to_string(), error.is_unclear());
            Head::Failed { reason, is_unclear }.into()
        }
    }
}
