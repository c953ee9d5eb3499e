//! Profiles on the admin listener.

use std::net::SocketAddr;

use axum::Router;

use super::{Admin, AdminEndpoints};
use crate::{
    admin::{Token, guard::Guard},
    profile::{self, Profiles},
    telemetry::{Telemetry, TelemetryBuilder},
};

/// The program's settings of profiles.
#[derive(Debug, Default)]
pub(super) struct Profile {
    hosts: Vec<String>,
}

impl Profile {
    pub(super) fn open(self, token: Option<Token>) -> OpenProfile {
        OpenProfile {
            profiles: Profiles::default(),
            token,
            hosts: self.hosts,
        }
    }
}

/// The profiles that requests can take.
#[derive(Debug)]
pub(super) struct OpenProfile {
    profiles: Profiles,
    token: Option<Token>,
    hosts: Vec<String>,
}

impl OpenProfile {
    /// Whether profiles are served.
    #[expect(clippy::unused_self, reason = "without the feature, none are served")]
    pub(super) const fn is_served(&self) -> bool {
        true
    }

    pub(super) fn profiles(&self) -> Profiles {
        self.profiles.clone()
    }

    /// Returns the routes for a listener at this address.
    pub(super) fn routes(&self, listener: SocketAddr) -> Router {
        let guard = Guard::new(listener, self.token.clone(), &self.hosts);
        guard.around_reads(profile::routes(self.profiles()))
    }

    /// Ends the profile that runs, for which a shutdown would wait.
    pub(super) fn end(&self) {
        self.profiles.end();
    }
}

impl TelemetryBuilder {
    /// Adds a host, without a port, under which [profiles](crate::profile) are asked for, in addition to
    /// loopback names and addresses and the address of the listener.
    ///
    /// Requests for other hosts are rejected: a page of another site whose name leads to this machine
    /// could read profiles otherwise.
    pub fn profile_host(self, host: impl Into<String>) -> Self {
        let host = host.into();
        self.with(|admin: &mut Admin| admin.profile.hosts.push(host))
    }
}

impl Telemetry {
    /// Returns the endpoints of [profiles](crate::profile), for a listener of the program at this address.
    ///
    /// If it is not a loopback address, requests need the [admin token](TelemetryBuilder::admin_token).
    /// The admin listener has these endpoints without this.
    ///
    /// ```
    /// use std::net::SocketAddr;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("shop").without_listener().build()?;
    /// let address = SocketAddr::from(([127, 0, 0, 1], 3000));
    /// let routes: axum::Router = telemetry.router().merge(telemetry.profile_router(address));
    /// # drop(routes);
    /// # Ok(())
    /// # }
    /// ```
    pub fn profile_router(&self, listener: SocketAddr) -> Router {
        let endpoints = self.running::<AdminEndpoints>();
        endpoints.map_or_else(Router::new, |endpoints| endpoints.profile.routes(listener))
    }
}
