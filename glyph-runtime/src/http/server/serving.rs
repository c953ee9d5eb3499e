//! What a request is on the server's side.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, request::Parts};
use opentelemetry::{Context, trace::TraceContextExt};

use super::{Route, ServerRequest, UNMATCHED, line, settings::Settings, span};
use crate::{
    clock::Moment,
    http::{
        CallEnd, Method,
        call::{Call, Side},
        failure::Judge,
        place::Place,
        propagation, request_id,
    },
    log::RequestId,
    trace,
};

/// A request that is served.
#[derive(Debug)]
pub(in crate::http) struct Serving {
    settings: Arc<Settings>,
    route: Option<Route>,
    id: Option<RequestId>,
}

/// Starts to serve a request.
pub(super) fn start(settings: &Arc<Settings>, parts: &mut Parts) -> Call {
    let started = Moment::now();
    let header = settings.request_id.as_ref();
    let incoming = header.and_then(|name| request_id::incoming(&parts.headers, name));
    let serving = Serving {
        settings: Arc::clone(settings),
        route: (settings.route)(parts),
        id: incoming.or_else(request_id::new),
    };
    let method = Method::from(&parts.method);
    let place = serving.place(parts, method);
    if let Some(id) = &serving.id {
        request_id::hand_on(parts, header, id);
    }
    Call::start(Side::Server(serving), method, place, started)
}

impl Serving {
    fn place(&self, parts: &Parts, method: Method) -> Place {
        let continues = self.settings.continues_traces;
        let remote = propagation::extract(&parts.headers);
        let mut context = Context::current();
        if let (true, Some(remote)) = (continues, &remote) {
            context = context.with_remote_span_context(remote.clone());
        }
        if let Some(id) = &self.id {
            context = context.with_value(id.clone());
        }
        let request = self.request(method);
        let place = Place::open(context, || span::open(&self.settings, parts, &request));
        if let (false, Some(remote)) = (continues, &remote) {
            trace::link(&place.span, remote);
        }
        place
    }

    fn request(&self, method: Method) -> ServerRequest<'_> {
        ServerRequest {
            method,
            route: self.route.as_ref().map_or(UNMATCHED, Route::as_str),
        }
    }

    pub(in crate::http) fn judge(&self) -> Option<&Judge> {
        self.settings.judge.as_ref()
    }

    pub(in crate::http) fn started(&self, method: Method) {
        self.settings.recorder.started(&self.request(method));
    }

    pub(in crate::http) fn answered(
        &self,
        headers: &mut HeaderMap,
        place: &Place,
        elapsed: Duration,
    ) {
        let id = self.id.as_ref();
        let settings = &self.settings.response_headers;
        settings.write(headers, &place.ids(), id, elapsed);
    }

    pub(in crate::http) fn ended(&self, method: Method, end: &CallEnd, failed: bool) {
        let request = self.request(method);
        self.settings.recorder.ended(&request, end);
        if self.settings.log {
            line::write(&request, end, failed);
        }
    }
}
