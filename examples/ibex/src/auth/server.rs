//! The server of the authentication service.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::http;
use futures_util::future::BoxFuture;
use glyph_runtime::grpc::ServerLayer;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::transport::{self, Server, server::TcpIncoming};
use tonic::{Request, Response, Status};
use tower::{Service, service_fn};

use super::{AuthError, VALIDATE_TOKEN, message::Text, validate};
use crate::telemetry::Metrics;

/// Serves until the program ends. Each call goes through the layers.
pub(crate) async fn serve(listener: TcpListener) -> Result<(), transport::Error> {
    let layers = ServerLayer::new(Metrics::global().auth).methods([VALIDATE_TOKEN]);
    let server = Server::builder().layer(layers).add_service(AuthService);
    server
        .serve_with_incoming(TcpIncoming::from(listener))
        .await
}

#[derive(Clone, Copy, Debug)]
struct AuthService;

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
        Box::pin(async move {
            if request.uri().path().trim_start_matches('/') != VALIDATE_TOKEN {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            let validated = service_fn(|call: Request<String>| async move {
                let org_id = validate(call.get_ref()).await?;
                Ok(Response::new(org_id.0))
            });
            Ok(Grpc::new(Text).unary(validated, request).await)
        })
    }
}

impl From<AuthError> for Status {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Unauthenticated => Self::unauthenticated(error.to_string()),
            AuthError::Database => Self::unavailable(error.to_string()),
        }
    }
}
