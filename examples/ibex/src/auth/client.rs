//! The client of the authentication service.

use std::net::SocketAddr;

use axum::http::uri::PathAndQuery;
use glyph_runtime::grpc::{ClientLayer, ClientService};
use tonic::client::Grpc;
use tonic::transport::{self, Channel, Endpoint};
use tonic::{Request, Status};
use tower::Layer;

use super::{OrgId, VALIDATE_TOKEN, message::Text};
use crate::telemetry::Metrics;

/// A client whose calls carry the trace and the request id in the metadata.
#[derive(Clone, Debug)]
pub(crate) struct Client(Grpc<ClientService<Channel>>);

impl Client {
    pub(crate) fn to(address: SocketAddr) -> Result<Self, transport::Error> {
        let channel = Endpoint::from_shared(format!("http://{address}"))?.connect_lazy();
        let layers = ClientLayer::new(Metrics::global().auth).peer("auth");
        let layers = layers.methods([VALIDATE_TOKEN]);
        Ok(Self(Grpc::new(layers.layer(channel))))
    }

    /// Returns the customer of `token`.
    pub(crate) async fn validate(&self, token: &str) -> Result<OrgId, Status> {
        let Self(mut grpc) = self.clone();
        let unavailable = |error: transport::Error| Status::unavailable(error.to_string());
        grpc.ready().await.map_err(unavailable)?;
        let method = format!("/{VALIDATE_TOKEN}");
        let method = PathAndQuery::try_from(method);
        let method = method.map_err(|error| Status::internal(error.to_string()))?;
        let call = Request::new(token.to_owned());
        let answer = grpc.unary(call, method, Text).await?;
        Ok(OrgId(answer.into_inner()))
    }
}
