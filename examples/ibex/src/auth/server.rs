//! The server of the authentication service.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::http;
use futures_util::future::BoxFuture;
use glyph_runtime::grpc::ServerLayer;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::transport::{Server, server::TcpIncoming};
use tonic::{Request, Response, Status};
use tower::{Service, service_fn};

use super::{AuthError, GET_USAGE, ORG_ID, Store, VALIDATE_TOKEN, message::Text, usage, validate};
use crate::service::Ended;
use crate::telemetry::Metrics;

/// Serves until `stopped`, and then until the calls that were accepted have ended. Each call goes
/// through the layers.
pub(crate) async fn serve(
    listener: TcpListener,
    store: Arc<Store>,
    stopped: impl Future<Output = ()>,
) -> Ended {
    let layers = ServerLayer::new(Metrics::global().auth)
        .methods([VALIDATE_TOKEN, GET_USAGE])
        .try_ids([ORG_ID])?;
    let server = Server::builder()
        .layer(layers)
        .add_service(AuthService(store));
    let incoming = TcpIncoming::from(listener);
    Ok(server
        .serve_with_incoming_shutdown(incoming, stopped)
        .await?)
}

#[derive(Clone, Debug)]
struct AuthService(Arc<Store>);

impl NamedService for AuthService {
    const NAME: &'static str = "ibex.auth.v1.AuthService";
}

impl Service<http::Request<Body>> for AuthService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let store = Arc::clone(&self.0);
        Box::pin(async move {
            let method = request.uri().path().trim_start_matches('/').to_owned();
            if ![VALIDATE_TOKEN, GET_USAGE].contains(&method.as_str()) {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            let is_usage = method == GET_USAGE;
            let answered = service_fn(move |call: Request<String>| {
                answer(Arc::clone(&store), is_usage, call.into_inner())
            });
            Ok(Grpc::new(Text).unary(answered, request).await)
        })
    }
}

async fn answer(
    store: Arc<Store>,
    is_usage: bool,
    message: String,
) -> Result<Response<String>, Status> {
    let text = if is_usage {
        usage(store).await?.to_string()
    } else {
        validate(store, message).await?.0
    };
    Ok(Response::new(text))
}

impl From<AuthError> for Status {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Unauthenticated => Self::unauthenticated(error.to_string()),
            AuthError::NoOrganization => Self::invalid_argument(error.to_string()),
            AuthError::Locked | AuthError::Database => Self::unavailable(error.to_string()),
        }
    }
}
