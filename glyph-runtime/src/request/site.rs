//! Whether a page of another site has sent a request.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{HOST, ORIGIN},
};

/// Whether no page of another site has sent the request (Fetch, "Origin header"; W3C, "Fetch Metadata
/// Request Headers"). What is no browser sends neither header.
pub(crate) fn is_from_here(headers: &HeaderMap) -> bool {
    let is_allowed = |site: &HeaderValue| ["same-origin", "none"].iter().any(|it| site == it);
    let host = headers.get(HOST).map(HeaderValue::as_bytes);
    let has_host = |origin: &HeaderValue| {
        let origin = origin.as_bytes();
        let schemes = [b"http://".as_slice(), b"https://"];
        schemes
            .iter()
            .any(|scheme| origin.strip_prefix(*scheme) == host)
    };
    headers.get_all("sec-fetch-site").iter().all(is_allowed)
        && headers
            .get_all(ORIGIN)
            .iter()
            .all(|origin| host.is_some() && has_host(origin))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::is_from_here;

    #[test]
    fn requests_of_other_sites_are_known_by_their_origin() {
        let from = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                let name = header::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            });
            is_from_here(&pairs.collect())
        };
        let host = ("host", "localhost:9464");
        assert!(from(&[host]));
        assert!(from(&[host, ("origin", "http://localhost:9464")]));
        assert!(from(&[host, ("origin", "https://localhost:9464")]));
        assert!(from(&[host, ("sec-fetch-site", "same-origin")]));
        for (name, value) in [
            ("origin", "null"),
            ("origin", ""),
            ("origin", "http://localhost"),
            ("origin", "http://localhost:9464.evil.example"),
            ("origin", "http://evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert!(!from(&[host, (name, value)]), "{name}: {value}");
        }
        assert!(!from(&[("origin", "http://localhost")]), "no host");
    }
}
