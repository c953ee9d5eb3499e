//! What a request is on the server's side.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, request::Parts};
use opentelemetry::{Context, trace::SpanContext};

use super::{Route, ServerRequest, UNMATCHED, line, settings::Settings, span};
use crate::{
    clock::Moment,
    edge::{call_span::Place, failure::Judge, request_id::HeaderId, scope},
    http::{
        CallEnd, Method,
        call::{Call, Side},
    },
    scope::ScopeLabels,
    trace::{self, propagation},
};

/// A request that is served.
#[derive(Debug)]
pub(crate) struct Serving {
    settings: Arc<Settings>,
    route: Option<Route>,
    id: Option<HeaderId>,
}

/// Starts to serve a request.
pub(super) fn start(settings: &Arc<Settings>, parts: &mut Parts) -> Call {
    let started = Moment::now();
    let header = settings.request_id.as_ref();
    let serving = Serving {
        settings: Arc::clone(settings),
        route: (settings.route)(parts),
        id: HeaderId::of(&parts.headers, header),
    };
    let method = Method::from(&parts.method);
    let place = serving.place(parts, method);
    if let Some(id) = &serving.id {
        id.hand_on(parts, header);
    }
    Call::new(Side::Server(serving), method, place, started)
}

impl Serving {
    fn place(&self, parts: &Parts, method: Method) -> Place {
        let continues = self.settings.continues_traces;
        let remote = propagation::extract(&parts.headers);
        let mut context = Context::current();
        if continues {
            context = remote.within(context);
        }
        if let Some(HeaderId { id, .. }) = &self.id {
            context = context.with_value(id.clone());
        }
        let labels = scope::find(self.settings.scope.as_ref(), &context, parts);
        let _labels = labels.as_ref().map(ScopeLabels::enter);
        let request = self.request(method);
        let place = Place::open(context, || span::open(&self.settings, parts, &request));
        if let (false, Some(remote)) = (continues, remote.span_context()) {
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

    pub(crate) fn judge(&self) -> Option<&Judge> {
        self.settings.judge.as_ref()
    }

    pub(crate) fn started(&self, method: Method) {
        self.settings.recorder.started(&self.request(method));
    }

    pub(crate) fn answered(&self, headers: &mut HeaderMap, span: &SpanContext, elapsed: Duration) {
        let id = self.id.as_ref().map(|id| &id.value);
        let settings = &self.settings.response_headers;
        settings.write(headers, span, id, elapsed);
    }

    pub(crate) fn ended(&self, method: Method, end: &CallEnd, failed: bool) {
        let request = self.request(method);
        self.settings.recorder.ended(&request, end);
        if self.settings.log {
            line::write(&request, end, failed);
        }
    }
}
