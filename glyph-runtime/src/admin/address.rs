//! The address of the admin listener in the environment.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const HOST: &str = "OTEL_EXPORTER_PROMETHEUS_HOST";
const PORT: &str = "OTEL_EXPORTER_PROMETHEUS_PORT";

const DEFAULT_HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const DEFAULT_PORT: u16 = 9464;

/// The limit of characters of an invalid value in the error.
const SHOWN: usize = 64;

/// An error of [`address_from_env`]: a variable is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {variable}={value:?}: expected {allowed}")]
#[non_exhaustive]
pub struct AddressError {
    /// The variable.
    pub variable: &'static str,
    /// The beginning of the value.
    pub value: String,
    /// The allowed values.
    pub allowed: &'static str,
}

/// Returns the address of the admin listener that `OTEL_EXPORTER_PROMETHEUS_HOST` and
/// `OTEL_EXPORTER_PROMETHEUS_PORT` set, as `lookup` returns them (OpenTelemetry specification,
/// "Environment Variable Specification", Prometheus exporter). Default: `127.0.0.1:9464`.
///
/// `localhost` is `127.0.0.1`. An empty variable counts as not set. Port 0 selects a free port.
///
/// # Errors
///
/// Returns [`AddressError`] if the host is neither an IP address nor `localhost`, or the port is
/// not an integer from 0 to 65535.
///
/// ```
/// use glyph_runtime::admin::address_from_env;
///
/// let address = address_from_env(|name| std::env::var(name).ok());
/// # let _ = address;
/// let address = address_from_env(|name| name.ends_with("PORT").then(|| "9100".to_owned()));
/// assert_eq!(address, Ok(([127, 0, 0, 1], 9100).into()));
/// ```
pub fn address_from_env(
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<SocketAddr, AddressError> {
    let host = set(&lookup, HOST).map_or(Ok(DEFAULT_HOST), |value| host(&value))?;
    let port = set(&lookup, PORT).map_or(Ok(DEFAULT_PORT), |value| port(&value))?;
    Ok(SocketAddr::new(host, port))
}

/// Returns whether the environment sets the port.
pub(crate) fn port_is_named(lookup: impl Fn(&str) -> Option<String>) -> bool {
    set(lookup, PORT).is_some()
}

fn set(lookup: impl Fn(&str) -> Option<String>, variable: &str) -> Option<String> {
    let value = lookup(variable).map(|value| value.trim().to_owned());
    value.filter(|value| !value.is_empty())
}

fn host(value: &str) -> Result<IpAddr, AddressError> {
    if value.eq_ignore_ascii_case("localhost") {
        return Ok(DEFAULT_HOST);
    }
    let bare = value
        .strip_prefix('[')
        .and_then(|value| value.strip_suffix(']'));
    let allowed =
        "an IP address such as 127.0.0.1, ::1 or 0.0.0.0 (every interface), or `localhost`";
    bare.unwrap_or(value)
        .parse()
        .map_err(|_| invalid(HOST, value, allowed))
}

fn port(value: &str) -> Result<u16, AddressError> {
    let allowed = "a port from 1 to 65535, or 0 for a free one";
    value.parse().map_err(|_| invalid(PORT, value, allowed))
}

fn invalid(variable: &'static str, value: &str, allowed: &'static str) -> AddressError {
    AddressError {
        variable,
        value: value.chars().take(SHOWN).collect(),
        allowed,
    }
}

#[cfg(test)]
mod tests {
    use super::{AddressError, HOST, SocketAddr, address_from_env};

    fn address(host: Option<&str>, port: Option<&str>) -> Result<SocketAddr, AddressError> {
        address_from_env(|name| if name == HOST { host } else { port }.map(str::to_owned))
    }

    #[test]
    fn host_and_port_come_from_the_environment() {
        for (host, port, expected) in [
            (None, None, "127.0.0.1:9464"),
            (Some(""), Some(" "), "127.0.0.1:9464"),
            (Some("localhost"), Some("0"), "127.0.0.1:0"),
            (Some("0.0.0.0"), None, "0.0.0.0:9464"),
            (Some("::1"), Some("80"), "[::1]:80"),
            (Some("[::1]"), Some("65535"), "[::1]:65535"),
        ] {
            assert_eq!(
                address(host, port).map(|address| address.to_string()),
                Ok(expected.to_owned())
            );
        }
    }

    #[test]
    fn invalid_value_is_reported_with_the_allowed_ones() {
        let wrong = |host, port| address(host, port).map_err(|error| error.to_string());
        assert_eq!(
            wrong(None, Some("65536")),
            Err("invalid OTEL_EXPORTER_PROMETHEUS_PORT=\"65536\": expected a port from 1 to 65535, or 0 for a free one".to_owned())
        );
        for host in [
            "example.com",
            "127.0.0.1:80",
            "\u{1b}[31m",
            &"9".repeat(10_000),
        ] {
            let error = wrong(Some(host), None).err().unwrap_or_default();
            assert!(
                error.starts_with("invalid OTEL_EXPORTER_PROMETHEUS_HOST="),
                "{error}"
            );
            assert!(error.len() < 250 && !error.contains('\u{1b}'), "{error}");
        }
    }
}
