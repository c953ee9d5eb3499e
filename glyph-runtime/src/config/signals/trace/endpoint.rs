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

/// Appends the path of a signal to a general endpoint over HTTP (OpenTelemetry Protocol Exporter,
/// "Endpoint URLs for OTLP/HTTP").
pub(super) fn with_path(base: &str, signal: &str) -> String {
    format!("{}/v1/{signal}", base.trim_end_matches('/'))
}

/// Uses a signal's own endpoint unchanged, with the root path if it has none.
pub(super) fn with_root_path(endpoint: &str) -> String {
    let after_scheme = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    if after_scheme.contains('/') {
        endpoint.to_owned()
    } else {
        format!("{endpoint}/")
    }
}

#[cfg(test)]
mod tests {
    use super::checked;

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
