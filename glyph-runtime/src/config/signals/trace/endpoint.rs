//! The endpoint of a collector.

/// Returns the endpoint if it is valid: a URL of `http` or `https`, or a host with a port, without
/// credentials.
pub(in crate::config::signals) fn checked(text: &str) -> Option<String> {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) => {
            let known = ["http", "https"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known));
            known.then_some(rest)?
        }
        None => text,
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = rest.chars().all(|letter| letter.is_ascii_graphic());
    let port = host.rsplit_once(':').map(|(_, port)| port);
    let port_fits = host.ends_with(']') || port.is_none_or(|port| port.parse::<u16>().is_ok());
    let is_one = plain && port_fits && !host.is_empty() && !host.contains('@');
    (is_one && !host.starts_with(':')).then(|| text.to_owned())
}

/// Appends the path of a signal to a general endpoint over HTTP, before its query (OpenTelemetry
/// Protocol Exporter, "Endpoint URLs for OTLP/HTTP").
pub(super) fn with_path(base: &str, signal: &str) -> String {
    let (before, query) = parts(base);
    format!("{}/v1/{signal}{query}", before.trim_end_matches('/'))
}

/// Uses a signal's own endpoint unchanged, with the root path if it has none.
pub(super) fn with_root_path(endpoint: &str) -> String {
    let (before, query) = parts(endpoint);
    let after_scheme = before.split_once("://").map_or(before, |(_, rest)| rest);
    let root = if after_scheme.contains('/') { "" } else { "/" };
    format!("{before}{root}{query}")
}

/// Returns the URL before its query, and the query with its `?`. A fragment is left out.
fn parts(url: &str) -> (&str, &str) {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    url.find('?').map_or((url, ""), |at| url.split_at(at))
}

/// Returns the URL of a proxy if it is one, or a host with a port.
pub(super) fn proxy(text: &str) -> Option<String> {
    const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    let rest = match text.split_once("://") {
        Some((scheme, rest)) => SCHEMES
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
            .then_some(rest)?,
        None => text,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let is_url = text.parse::<http::Uri>().is_ok();
    (is_url && !host.is_empty() && !host.starts_with(':')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{checked, proxy, with_path, with_root_path};

    #[test]
    fn path_comes_before_the_query() {
        for (endpoint, general, own) in [
            ("http://a", "http://a/v1/logs", "http://a/"),
            (
                "http://a/otlp?key=1",
                "http://a/otlp/v1/logs?key=1",
                "http://a/otlp?key=1",
            ),
            (
                "http://a/otlp/?key=/",
                "http://a/otlp/v1/logs?key=/",
                "http://a/otlp/?key=/",
            ),
            (
                "http://a?key=/",
                "http://a/v1/logs?key=/",
                "http://a/?key=/",
            ),
            ("a:4318#x", "a:4318/v1/logs", "a:4318/"),
        ] {
            assert_eq!(with_path(endpoint, "logs"), general);
            assert_eq!(with_root_path(endpoint), own);
        }
    }

    #[test]
    fn only_valid_proxies_are_accepted() {
        for right in [
            "http://p:3128",
            "p:3128",
            "p",
            "SOCKS5://u:w@p:1080",
            "https://p/",
        ] {
            assert_eq!(proxy(right).as_deref(), Some(right));
        }
        for wrong in ["ftp://p", "http://", "http://:1", "http://p q", "://p"] {
            assert_eq!(proxy(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_valid_endpoints_are_accepted() {
        for endpoint in [
            "http://a",
            "HTTPS://a:4318/x/y",
            "localhost:4317",
            "http://[::1]:4318",
            "http://[::1]",
            "10.0.0.1",
        ] {
            assert_eq!(checked(endpoint).as_deref(), Some(endpoint));
        }
        for wrong in [
            "ftp://a",
            "http://",
            "http:///x",
            "http://a b",
            "a:b",
            "a:65536",
            ":4318",
            "https://user:secret@a",
            "http://a\n",
        ] {
            assert_eq!(checked(wrong), None, "{wrong}");
        }
    }
}
