//! The messages between the bus and the process of a plugin: JSON, one message a line.

use serde::{Deserialize, Serialize};

use crate::flow::Flow;

/// A message to a plugin, on its standard input.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToPlugin {
    /// A flow to inspect. `event` is the id of the call.
    Flow { event: u64, flow: Flow },
    /// The end of the request `call`: a status, or why there is none.
    Response {
        call: u64,
        status: Option<u16>,
        error: Option<String>,
    },
}

/// A message of a plugin, on its standard output.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum FromPlugin {
    /// The first message of a process.
    Hello { plugin: String },
    /// A request that the netgate is to send.
    Request { call: u64, url: String },
    /// Something that an operator should see.
    Finding { text: String },
    /// The plugin has inspected the flow, or could not.
    Done { event: u64, error: Option<String> },
}
