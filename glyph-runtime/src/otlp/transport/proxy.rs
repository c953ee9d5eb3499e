//! The proxy between the program and a collector.

use std::{error::Error, fmt};

use http::{HeaderValue, Uri, uri::Scheme};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::{
    legacy::connect::{
        HttpConnector,
        proxy::{SocksV4, SocksV5, Tunnel},
    },
    proxy::matcher::{Intercept, Matcher},
};
use tower_service::Service;

use super::{
    Endpoint, OtlpError, OtlpSettings,
    connect::{BoxError, Connecting, Hop, tcp},
    tls,
};
use crate::otlp::{Protocol, ProxySettings};

/// The port of SOCKS (RFC 1928, section 3).
const SOCKS_PORT: u16 = 1080;

/// The way through a proxy.
#[derive(Clone)]
pub(super) struct Proxy {
    name: String,
    route: Route,
}

#[derive(Clone)]
enum Route {
    /// The proxy reads each request and forwards it.
    Forward {
        connector: HttpsConnector<HttpConnector>,
        proxy: Uri,
        credentials: Option<HeaderValue>,
    },
    /// The proxy forwards bytes.
    Tunnel(Tunnel<HttpsConnector<HttpConnector>>),
    Socks4(SocksV4<HttpConnector>),
    Socks5(SocksV5<HttpConnector>),
}

/// The error of a proxy, with the reason.
#[derive(Debug)]
pub(super) struct ProxyError {
    proxy: String,
    reason: BoxError,
}

impl fmt::Display for ProxyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no connection through the proxy {}", self.proxy)
    }
}

impl Error for ProxyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.reason)
    }
}

impl Proxy {
    /// Returns the proxy for an endpoint, if the settings have one.
    pub(super) fn of(
        settings: &OtlpSettings,
        endpoint: &Endpoint,
    ) -> Result<Option<Self>, OtlpError> {
        check(&settings.proxy)?;
        let Some(proxy) = matcher(&settings.proxy).intercept(&endpoint.uri) else {
            return Ok(None);
        };
        let uri = proxy.uri();
        let name = uri.to_string().trim_end_matches('/').to_owned();
        let route = match uri.scheme_str() {
            Some("socks4" | "socks4a") => Route::Socks4(SocksV4::new(socks(uri), tcp(settings))),
            Some("socks5" | "socks5h") => Route::Socks5(socks5(&proxy, settings)),
            _ => by_http(settings, endpoint, &proxy)?,
        };
        Ok(Some(Self { name, route }))
    }

    /// Returns whether the proxy reads requests. They have the whole URL then.
    pub(super) fn forwards(&self) -> bool {
        matches!(self.route, Route::Forward { .. })
    }

    /// Returns the credentials that each request has for the proxy.
    pub(super) fn credentials(&self) -> Option<&HeaderValue> {
        match &self.route {
            Route::Forward { credentials, .. } => credentials.as_ref(),
            _ => None,
        }
    }

    /// Connects to `to` through the proxy. The proxy looks up the host.
    pub(super) fn connect(&mut self, to: Uri) -> Connecting<Hop> {
        let to = with_port(to);
        let connecting: Connecting<Hop> = match &mut self.route {
            Route::Forward {
                connector, proxy, ..
            } => connector.call(proxy.clone()),
            Route::Tunnel(tunnel) => {
                let connecting = tunnel.call(to);
                Box::pin(async { Ok(connecting.await?) })
            }
            Route::Socks4(socks) => {
                let connecting = socks.call(to);
                Box::pin(async { Ok(MaybeHttpsStream::Http(connecting.await?)) })
            }
            Route::Socks5(socks) => {
                let connecting = socks.call(to);
                Box::pin(async { Ok(MaybeHttpsStream::Http(connecting.await?)) })
            }
        };
        let proxy = self.name.clone();
        Box::pin(async {
            connecting
                .await
                .map_err(|reason| ProxyError { proxy, reason }.into())
        })
    }
}

fn by_http(
    settings: &OtlpSettings,
    endpoint: &Endpoint,
    proxy: &Intercept,
) -> Result<Route, OtlpError> {
    let is_https = proxy.uri().scheme() == Some(&Scheme::HTTPS);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls::config(&settings.tls, is_https)?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp(settings));
    let uri = proxy.uri().clone();
    let credentials = proxy.basic_auth().cloned();
    // Proxies do not forward gRPC, which needs HTTP/2.
    if !endpoint.is_https && settings.protocol == Protocol::HttpProtobuf {
        return Ok(Route::Forward {
            connector,
            proxy: uri,
            credentials,
        });
    }
    let tunnel = Tunnel::new(uri, connector);
    Ok(Route::Tunnel(match credentials {
        Some(credentials) => tunnel.with_auth(credentials),
        None => tunnel,
    }))
}

fn socks5(proxy: &Intercept, settings: &OtlpSettings) -> SocksV5<HttpConnector> {
    let socks = SocksV5::new(socks(proxy.uri()), tcp(settings));
    match proxy.raw_auth() {
        Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
        None => socks,
    }
}

fn socks(uri: &Uri) -> Uri {
    with_default_port(uri.clone(), SOCKS_PORT)
}

/// Returns the URI with the port of its scheme, for a proxy that knows no schemes.
fn with_port(uri: Uri) -> Uri {
    let port = if uri.scheme() == Some(&Scheme::HTTPS) {
        443
    } else {
        80
    };
    with_default_port(uri, port)
}

fn with_default_port(uri: Uri, port: u16) -> Uri {
    let Some(host) = uri.host().filter(|_| uri.port().is_none()) else {
        return uri;
    };
    let builder = Uri::builder()
        .scheme(uri.scheme_str().unwrap_or("http"))
        .authority(format!("{host}:{port}"))
        .path_and_query("/");
    builder.build().unwrap_or(uri)
}

fn matcher(settings: &ProxySettings) -> Matcher {
    let url = |proxy: &Option<String>| proxy.as_deref().map(with_plain_scheme).unwrap_or_default();
    Matcher::builder()
        .all(url(&settings.all))
        .http(url(&settings.http))
        .https(url(&settings.https))
        .no(settings.none.clone().unwrap_or_default())
        .build()
}

/// Returns the URL with its scheme in lower case, as the matcher and the routes compare it.
fn with_plain_scheme(proxy: &str) -> String {
    match proxy.split_once("://") {
        Some((scheme, rest)) => format!("{}://{rest}", scheme.to_ascii_lowercase()),
        None => proxy.to_owned(),
    }
}

/// Rejects a proxy that the matcher would pass over in silence.
fn check(settings: &ProxySettings) -> Result<(), OtlpError> {
    let proxies = [&settings.http, &settings.https, &settings.all];
    for proxy in proxies.into_iter().flatten() {
        let only = Matcher::builder().all(with_plain_scheme(proxy)).build();
        if only
            .intercept(&Uri::from_static("http://collector"))
            .is_none()
        {
            let (_, proxy) = proxy.rsplit_once('@').unwrap_or(("", proxy));
            return Err(OtlpError::Proxy {
                proxy: proxy.to_owned(),
            });
        }
    }
    Ok(())
}
