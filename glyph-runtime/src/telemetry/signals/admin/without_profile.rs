//! Stands for the profiles of a program that is built without them.

use std::net::SocketAddr;

use axum::Router;

use crate::admin::Token;

#[cfg(feature = "console")]
type Profiles = crate::profile::Profiles;
#[cfg(not(feature = "console"))]
type Profiles = ();

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
    #[cfg_attr(
        not(feature = "console"),
        expect(clippy::unused_unit, reason = "the profiles have state")
    )]
    pub(super) const fn profiles(&self) -> Profiles {
        Profiles::default()
    }

    pub(super) fn routes(&self, _listener: SocketAddr) -> Router {
        Router::new()
    }

    pub(super) const fn end(&self) {}
}
