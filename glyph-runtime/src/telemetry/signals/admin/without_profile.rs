//! Stands for the profiles of a program that is built without them.

use std::net::SocketAddr;

use axum::Router;

use crate::{admin::Token, profile::Profiles};

#[derive(Debug, Default)]
pub(super) struct Profile {}

#[derive(Debug)]
pub(super) struct OpenProfile {}

#[expect(clippy::unused_self, reason = "the settings have state")]
impl Profile {
    pub(super) fn open(self, token: Option<Token>) -> OpenProfile {
        drop(token);
        OpenProfile {}
    }
}

#[expect(clippy::unused_self, reason = "the profiles have state")]
impl OpenProfile {
    pub(super) const fn is_served(&self) -> bool {
        false
    }

    pub(super) const fn profiles(&self) -> Profiles {
        Profiles
    }

    pub(super) fn routes(&self, _listener: SocketAddr) -> Router {
        Router::new()
    }

    pub(super) const fn end(&self) {}
}
