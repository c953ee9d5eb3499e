//! What a call is on the client's side.

use std::sync::Arc;

use ::http::request::Parts;
use opentelemetry::Context;

use super::{ClientCall, layer::Settings, span};
use crate::{
    clock::Moment,
    edge::{call_span::Place, request_id::HeaderId},
    grpc::{
        CallEnd,
        call::{Call, Side},
        deadline,
        method::Method,
    },
    http::server::address,
    trace::propagation,
};

/// A call that was made.
#[derive(Debug)]
pub(in crate::edge::grpc) struct Calling {
    settings: Arc<Settings>,
    /// The host that the request names, where the settings name none.
    host: Box<str>,
}

/// Starts a call, and names its trace, request and ids in its metadata.
pub(super) fn start(settings: &Arc<Settings>, parts: &mut Parts) -> Call {
    let started = Moment::now();
    let host = parts.uri.host().unwrap_or_default();
    let calling = Calling {
        settings: Arc::clone(settings),
        host: host.to_ascii_lowercase().into(),
    };
    let method = settings
        .methods
        .calling(parts.uri.path(), &parts.extensions);
    let context = Context::current();
    let ids = settings.ids.outgoing(&context, &mut parts.headers);
    let mut place = Place::open(context, || {
        span::open(parts, &method, calling.peer(), calling.port(parts))
    });
    settings.ids.describe(&place.span, &ids);
    place.enter_first(|| calling.inject(parts));
    let timeout = deadline::timeout(&parts.headers);
    Call::start(Side::Client(calling), method, place, started, timeout)
}

impl Calling {
    fn peer(&self) -> &str {
        let named = self.settings.peer.as_deref().map(address);
        named.and_then(|(host, _)| host).unwrap_or(&self.host)
    }

    fn port(&self, parts: &Parts) -> Option<i64> {
        match self.settings.peer.as_deref() {
            Some(peer) => address(peer).1,
            None => parts.uri.port_u16().map(i64::from),
        }
    }

    fn inject(&self, parts: &mut Parts) {
        propagation::inject(&mut parts.headers);
        if let (Some(name), Some(id)) = (&self.settings.request_id, HeaderId::current()) {
            parts.headers.insert(name, id.value);
        }
    }

    pub(in crate::edge::grpc) fn started(&self) {
        self.settings.recorder.started();
    }

    pub(in crate::edge::grpc) fn ended(&self, method: &Method, end: &CallEnd) {
        let call = ClientCall {
            name: method.name(),
            service: method.service(),
            method: method.method(),
            peer: self.peer(),
        };
        self.settings.recorder.ended(&call, end);
    }
}
