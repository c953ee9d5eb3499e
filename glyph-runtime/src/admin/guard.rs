//! The guard of the console and of profiles: it lets requests from this machine pass, and those with the token.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{AUTHORIZATION, HOST, WWW_AUTHENTICATE},
        uri::Authority,
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::token::Token;
#[cfg(feature = "console")]
use crate::console::Routes;
use crate::request::{Requester, is_from_here, with_headers};

/// Admits requests to a listener.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// The address of the listener.
    address: IpAddr,
    token: Option<Token>,
    /// The names of hosts that the program expects, in lower case.
    hosts: Arc<[String]>,
    /// Whether the requests change the program. They need the token on loopback too, if there is one.
    is_for_changes: bool,
}

impl Guard {
    pub(crate) fn new(listener: SocketAddr, token: Option<Token>, hosts: &[String]) -> Self {
        Self {
            address: listener.ip().to_canonical(),
            token,
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            is_for_changes: false,
        }
    }

    /// Returns the routes, for requests that are admitted.
    #[cfg(feature = "console")]
    pub(crate) fn around(self, routes: Routes) -> Router {
        let for_changes = Self {
            is_for_changes: true,
            ..self.clone()
        };
        let changes = routes
            .changes
            .route_layer(from_fn_with_state(for_changes, check));
        self.around_reads(routes.reads).merge(changes)
    }

    /// Returns routes that change nothing, for requests that are admitted.
    pub(crate) fn around_reads(self, reads: Router) -> Router {
        reads.route_layer(from_fn_with_state(self, check))
    }

    /// A listener that others reach admits only requests with the token.
    fn has_access(&self, headers: &HeaderMap) -> bool {
        let needs_no_token = self.token.is_none() || !self.is_for_changes;
        let has_token = |token: &Token| token.admits(headers) || admits_password(token, headers);
        (self.address.is_loopback() && needs_no_token) || self.token.as_ref().is_some_and(has_token)
    }

    /// Whether the request names a host that no other site can have. A page of another site whose name
    /// leads to this machine has that name as its host.
    fn knows_host(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        let is_known = |host: &str| self.is_known(host_of(host));
        let authority = uri.authority().map(Authority::as_str);
        host.to_str().is_ok_and(is_known) && authority.is_none_or(is_known)
    }

    fn is_known(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        if host == "localhost" || host.ends_with(".localhost") || self.hosts.contains(&host) {
            return true;
        }
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let address = bare.unwrap_or(&host).parse::<IpAddr>();
        address.is_ok_and(|address| {
            let address = address.to_canonical();
            address.is_loopback() || (address == self.address && !address.is_unspecified())
        })
    }

    fn unauthorized(&self) -> Response {
        let (challenges, text): (&[&str], _) = if self.token.is_some() {
            (
                &["Bearer", "Basic realm=\"glyph console\""],
                "send the admin token: `Authorization: Bearer`, or as the password in a browser\n",
            )
        } else {
            (
                &["Bearer"],
                "set GLYPH_ADMIN_TOKEN or `.admin_token(..)`, or serve the listener on 127.0.0.1\n",
            )
        };
        let mut response = (StatusCode::UNAUTHORIZED, text).into_response();
        for challenge in challenges {
            let challenge = HeaderValue::from_static(challenge);
            response.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

async fn check(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    if !guard.has_access(request.headers()) {
        return with_headers(guard.unauthorized());
    }
    if !guard.knows_host(request.uri(), request.headers()) {
        let text = "unknown host: use localhost, or name the host with `.console_host(..)`\n";
        return with_headers((StatusCode::FORBIDDEN, text).into_response());
    }
    let only_reads = [Method::GET, Method::HEAD].contains(request.method());
    if !only_reads && !is_from_here(request.headers()) {
        let text = "request of another site: send it from the console or a program\n";
        return with_headers((StatusCode::FORBIDDEN, text).into_response());
    }
    if guard.is_for_changes {
        let requester = Requester::of(request.extensions(), guard.token.is_some());
        request.extensions_mut().insert(requester);
    }
    next.run(request).await
}

/// Whether the request has the token as its password (RFC 7617). Browsers ask their user for it.
fn admits_password(token: &Token, headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else {
        return false;
    };
    let password = only.to_str().ok().and_then(password);
    password.is_some_and(|password| token.equals(&password))
}

fn password(authorization: &str) -> Option<Vec<u8>> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    decoded.get(colon + 1..).map(<[u8]>::to_vec)
}

/// Returns the host without its port.
fn host_of(authority: &str) -> &str {
    let has_port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    let (host, _) = authority
        .rsplit_once(':')
        .filter(has_port)
        .unwrap_or((authority, ""));
    host
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Uri, header};

    use super::Guard;
    use crate::{admin::Token, redaction::Secret};

    const TOKEN: &str = "0123456789abcdef";

    fn guard(listener: &str, token: Option<&str>) -> Guard {
        let token = token.map(|token| Token::try_new(Secret::new(token.to_owned())).unwrap());
        Guard::new(
            listener.parse().unwrap(),
            token,
            &["Ops.example".to_owned()],
        )
    }

    #[expect(clippy::needless_pass_by_value, reason = "calls name a constant")]
    fn headers(name: header::HeaderName, values: &[&str]) -> HeaderMap {
        let values = values
            .iter()
            .map(|value| HeaderValue::from_str(value).unwrap());
        values.map(|value| (name.clone(), value)).collect()
    }

    #[test]
    fn only_hosts_that_no_other_site_can_have_are_known() {
        let guard = guard("10.1.2.3:9464", None);
        let knows = |hosts: &[&str]| {
            guard.knows_host(&Uri::from_static("/"), &headers(header::HOST, hosts))
        };
        for known in [
            "localhost",
            "LOCALHOST:9464",
            "localhost.",
            "app.localhost:1",
            "127.0.0.1:9464",
            "127.9.9.9",
            "[::1]:9464",
            "[::ffff:127.0.0.1]",
            "10.1.2.3:9464",
            "ops.example:80",
        ] {
            assert!(knows(&[known]), "{known}");
        }
        for unknown in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.1.2.4",
            "0.0.0.0:9464",
            "[::]",
            "[2001:db8::1]:9464",
            "localhost:9464:1",
            "evil.example#localhost",
        ] {
            assert!(!knows(&[unknown]), "{unknown}");
        }
        assert!(!knows(&[]), "no host");
        assert!(!knows(&["localhost", "localhost"]), "two hosts");
        let absolute = Uri::from_static("http://evil.example/");
        let local = headers(header::HOST, &["localhost"]);
        assert!(!guard.knows_host(&absolute, &local), "two names");
    }

    #[test]
    fn changes_need_the_token_on_loopback_too_if_there_is_one() {
        let changes = |token| Guard {
            is_for_changes: true,
            ..guard("127.0.0.1:1", token)
        };
        assert!(changes(None).has_access(&HeaderMap::new()));
        assert!(!changes(Some(TOKEN)).has_access(&HeaderMap::new()));
        let bearer = format!("Bearer {TOKEN}");
        let sent = headers(header::AUTHORIZATION, &[&bearer]);
        assert!(changes(Some(TOKEN)).has_access(&sent));
    }

    #[test]
    fn listener_of_others_needs_the_token() {
        let with = |listener, token: Option<&str>, sent: &[&str]| {
            guard(listener, token).has_access(&headers(header::AUTHORIZATION, sent))
        };
        // `user:0123456789abcdef` and `user:0123456789abcdeF`.
        let (right, wrong) = (
            "Basic dXNlcjowMTIzNDU2Nzg5YWJjZGVm",
            "Basic dXNlcjowMTIzNDU2Nzg5YWJjZGVG",
        );
        let bearer = format!("Bearer {TOKEN}");
        assert!(with("127.0.0.1:1", None, &[]));
        assert!(with("[::ffff:127.0.0.1]:1", Some(TOKEN), &[]));
        assert!(with("0.0.0.0:1", Some(TOKEN), &[&bearer]));
        assert!(with("0.0.0.0:1", Some(TOKEN), &[right]));
        for sent in [
            &[][..],
            &[wrong],
            &["Basic"],
            &["Basic %"],
            &[right, right],
            &[TOKEN],
        ] {
            assert!(!with("[::]:1", Some(TOKEN), sent), "{sent:?}");
        }
        assert!(!with("0.0.0.0:1", None, &[&bearer]));
    }
}
