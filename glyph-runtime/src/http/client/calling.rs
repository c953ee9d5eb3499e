//! What a call is on the client's side.

use http::request::Parts;
use opentelemetry::Context;

use super::{ClientRequest, layer::Settings, resend, span};
use crate::{
    clock::Moment,
    http::{
        CallEnd, Method,
        call::{Call, Side},
        failure::Judge,
        place::Place,
        request_id::HeaderId,
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

/// Starts a call, and names its trace and request in its headers.
pub(super) fn start(settings: &Settings, parts: &mut Parts) -> Call {
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
    place.in_scope(|| calling.inject(parts));
    Call::start(Side::Client(calling), method, place, started)
}

impl Calling {
    fn request(&self, method: Method) -> ClientRequest<'_> {
        ClientRequest {
            method,
            peer: &self.peer,
            resend: self.resend,
        }
    }

    fn inject(&self, parts: &mut Parts) {
        propagation::inject(&mut parts.headers);
        if let (Some(name), Some(id)) = (&self.settings.request_id, HeaderId::current()) {
            parts.headers.insert(name, id.value);
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
