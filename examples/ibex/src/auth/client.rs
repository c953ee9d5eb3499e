//! The client of the authentication service.

use std::error::Error;
use std::time::Duration;

use axum::http::uri::PathAndQuery;
use glyph_runtime::grpc::{ClientLayer, ClientService};
use tonic::client::Grpc;
use tonic::transport::{self, Channel, Endpoint};
use tonic::{Request, Status};
use tower::Layer;

use super::{GET_USAGE, ORG_ID, OrgId, VALIDATE_TOKEN, message::Text};
use crate::telemetry::Metrics;

/// How long a call may take, and how long a connection.
const LIMIT: Duration = Duration::from_secs(2);

/// A client whose calls carry the trace, the request id and the organization in the metadata.
#[derive(Clone, Debug)]
pub(crate) struct Client(Grpc<ClientService<Channel>>);

impl Client {
    pub(crate) fn to(address: &str) -> Result<Self, Box<dyn Error>> {
        let channel = Endpoint::from_shared(format!("http://{address}"))?
            .connect_timeout(LIMIT)
            .timeout(LIMIT)
            .connect_lazy();
        let layers = ClientLayer::new(Metrics::global().auth)
            .peer("auth")
            .methods([VALIDATE_TOKEN, GET_USAGE])
            .try_ids([ORG_ID])?;
        Ok(Self(Grpc::new(layers.layer(channel))))
    }

    /// Returns the organization of a token.
    pub(crate) async fn validate(&self, token: String) -> Result<OrgId, Status> {
        let org_id = self.call(VALIDATE_TOKEN, token).await?;
        Ok(OrgId(org_id))
    }

    /// Returns how often the tokens of the current organization were used, which is in the metadata
    /// alone.
    pub(crate) async fn usage(&self) -> Result<u64, Status> {
        let uses = self.call(GET_USAGE, String::new()).await?;
        let invalid = |_| Status::internal("the usage is not a number");
        uses.parse().map_err(invalid)
    }

    async fn call(&self, method: &str, message: String) -> Result<String, Status> {
        let Self(mut grpc) = self.clone();
        let unavailable = |error: transport::Error| Status::unavailable(error.to_string());
        grpc.ready().await.map_err(unavailable)?;
        let path = PathAndQuery::try_from(format!("/{method}"));
        let path = path.map_err(|error| Status::internal(error.to_string()))?;
        let response = grpc.unary(Request::new(message), path, Text).await?;
        Ok(response.into_inner())
    }
}
