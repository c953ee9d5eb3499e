//! HTTP and gRPC instrumentation: tower layers for servers and clients.
//!
//! [`CallLayer`] measures the calls of an [`Endpoint`]: a [`Server`] or a [`Client`] of a
//! [`Protocol`]. HTTP and gRPC implement the protocol; everything else is here, once:
//!
//! | part | what it does |
//! |---|---|
//! | `layer` | the tower layer and its service |
//! | `server`, `client` | their settings, and how a call starts |
//! | `call` | the state of a running call, and its one end |
//! | `future`, `body` | report the response, its frames, errors, drops and panics to the call |
//! | `request_body` | counts the bytes of a request, and sees a client that leaves |
//! | `call_span` | the span of a call, and the context and scope labels that the call runs in |
//! | `drop_in_scope` | drops a future or a body with the scope labels of its call |
//! | `request_id`, `response_headers`, `server_timing`, `scope_labels` | what requests bring and responses return |
//! | `attributes`, `failure`, `error_type` | span attributes, causes of errors, kinds of errors |

mod attributes;
mod body;
mod call;
mod call_span;
mod client;
mod drop_in_scope;
mod error_type;
mod failure;
mod future;
#[cfg(feature = "grpc")]
pub mod grpc;
pub mod http;
mod label_value;
mod layer;
mod protocol;
mod request_body;
mod request_id;
mod response_headers;
mod scope_labels;
mod server;
mod server_timing;

use self::{
    body::ResponseBody,
    future::ResponseFuture,
    layer::{Endpoint, WrapRequestBody},
    protocol::{Direction, LayerSettings, Protocol, SettingsOf},
};
pub use self::{
    client::Client,
    error_type::ErrorType,
    layer::{CallLayer, CallService},
    request_body::RequestBody,
    response_headers::ResponseHeaders,
    server::Server,
};
