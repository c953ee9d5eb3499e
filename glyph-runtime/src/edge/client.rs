//! The client's side of a protocol: settings, and the start of a call.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, request::Parts};

use super::{
    CallLayer, Direction, Endpoint, LayerSettings, Protocol, SettingsOf, WrapRequestBody,
    call::{Call, Side},
    call_span::CallSpan,
    protocol::Ended,
    request_id::HeaderId,
};
use crate::{context::current_context, trace::propagation};
use glyph_core::__runtime::Moment;

type OwnSettings<P> = SettingsOf<<P as Protocol>::Outgoing>;

/// A call that a client makes.
#[derive(Debug)]
pub struct Client<P: Protocol> {
    settings: Arc<ClientSettings<OwnSettings<P>>>,
    outgoing: P::Outgoing,
}

/// The settings of a client layer: those that all protocols have, and `own`.
#[derive(Clone, Debug)]
pub struct ClientSettings<S> {
    request_id: Option<HeaderName>,
    pub(super) own: S,
}

impl<P: Protocol> CallLayer<Client<P>> {
    pub(super) fn client(own: <P::Outgoing as Direction>::Settings) -> Self {
        Self::from_settings(ClientSettings {
            request_id: Some(HeaderName::from_static("x-request-id")),
            own: LayerSettings::new(own),
        })
    }

    /// Sets the header, or metadata key, that propagates the current request id. Default:
    /// `X-Request-ID`. `None` propagates no id, as is right when the peer is not trusted.
    #[must_use]
    pub fn request_id_header(self, name: Option<HeaderName>) -> Self {
        self.with(|settings| settings.request_id = name)
    }
}

impl<P: Protocol> Endpoint for Client<P> {
    type Protocol = P;
    type Settings = ClientSettings<OwnSettings<P>>;

    fn start(settings: &Arc<Self::Settings>, request: &mut Parts) -> Option<Box<Call<P>>> {
        let started = Moment::now();
        let own = &settings.own;
        let (outgoing, protocol, context) =
            P::Outgoing::start(own, current_context::current(), request);
        let span = CallSpan::open(context, || outgoing.open_span(own, &protocol, request));
        let client = Self {
            settings: Arc::clone(settings),
            outgoing,
        };
        Some(Call::new(Side::Client(client), protocol, span, started))
    }

    fn protocol_settings(settings: &mut Self::Settings) -> &mut P::Settings {
        &mut settings.own.protocol
    }

    fn inject(settings: &Self::Settings, headers: &mut HeaderMap) {
        propagation::inject(headers);
        if let (Some(name), Some(id)) = (&settings.request_id, HeaderId::current()) {
            headers.insert(name, id.value);
        }
    }
}

/// Clients send the body as it is.
impl<P: Protocol, B> WrapRequestBody<B> for Client<P> {
    type Body = B;

    fn wrap(body: B, _: Option<&mut Call<P>>) -> B {
        body
    }
}

impl<P: Protocol> Client<P> {
    /// Returns the settings that servers and clients of the protocol have.
    pub(super) fn protocol_settings(&self) -> &P::Settings {
        &self.settings.own.protocol
    }

    pub(super) fn started(&self, protocol: &P) {
        self.outgoing.started(&self.settings.own, protocol);
    }

    pub(super) fn ended(&self, protocol: &P, ended: &Ended<P::CallEnd>) {
        let settings = &self.settings;
        self.outgoing.ended(&settings.own, protocol, ended, false);
    }
}
