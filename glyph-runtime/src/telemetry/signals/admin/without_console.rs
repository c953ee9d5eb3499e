//! Stands for the console of a program that is built without one.

use std::net::SocketAddr;

use axum::Router;

use crate::{
    admin::Token,
    config::Configuration,
    health::Health,
    profile::Profiles,
    telemetry::signals::{Parts, StartError},
};

#[derive(Debug, Default)]
pub(super) struct Console {}

#[derive(Debug, Default)]
pub(super) struct OpenConsole {}

#[expect(clippy::unused_self, reason = "the console has state")]
impl OpenConsole {
    pub(super) const fn is_served(&self) -> bool {
        false
    }

    pub(super) const fn end(&self) {}
}

#[expect(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "the console has state, and can fail to start"
)]
impl Console {
    pub(super) const fn is_on(&self, _: &Configuration) -> bool {
        false
    }

    pub(super) const fn keep_traces(&self, _: &mut Configuration) {}

    pub(super) fn serve(
        &self,
        router: Router,
        _parts: &mut Parts,
        shown: (&Health, Profiles),
        listener: (SocketAddr, Option<Token>),
    ) -> Result<(Router, OpenConsole), StartError> {
        drop((shown, listener));
        Ok((router, OpenConsole {}))
    }
}
