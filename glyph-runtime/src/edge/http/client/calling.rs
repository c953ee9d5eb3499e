//! What a call is on the client's side.

use http::{HeaderMap, request::Parts};
use opentelemetry::Context;

use super::{ClientRequest, layer::Settings, resend, span};
use crate::{
    clock::Moment,
    edge::{call_span::Place, failure::Judge, request_id::HeaderId},
    http::{
        CallEnd, Method,
        call::{Call, Side},
    },
    trace::propagation,
};

/// A call that was made.
#[derive(Debug)]
pub(crate) struct Calling {
    settings: Settings,
    peer: String,
    resend: u32,
}

/// Starts a call.
pub(super) fn start(settings: &Settings, parts: &Parts) -> Call {
    let started = Moment::now();
    let peer = parts.uri.host().unwrap_or_default();
    let calling = Calling {
        settings: settings.clone(),
        peer: peer.to_ascii_lowercase(),
        resend: resend::count(&parts.extensions),
    };
    let method = Method::from(&parts.method);
    let request = calling.request(method);
    let place = Place::open(Context::current(), || span::open(parts, &request));
    Call::new(Side::Client(calling), method, place, started)
}

impl Settings {
    /// Names the current trace and request in the headers.
    pub(super) fn inject(&self, headers: &mut HeaderMap) {
        propagation::inject(headers);
        if let (Some(name), Some(id)) = (&self.request_id, HeaderId::current()) {
            headers.insert(name, id.value);
        }
    }
}

impl Calling {
    fn request(&self, method: Method) -> ClientRequest<'_> {
        ClientRequest {
            method,
            peer: &self.peer,
            resend: self.resend,
        }
    }

    pub(crate) fn judge(&self) -> Option<&Judge> {
        self.settings.judge.as_ref()
    }

    pub(crate) fn started(&self, method: Method) {
        self.settings.recorder.started(&self.request(method));
    }

    pub(crate) fn ended(&self, method: Method, end: &CallEnd) {
        self.settings.recorder.ended(&self.request(method), end);
    }
}
