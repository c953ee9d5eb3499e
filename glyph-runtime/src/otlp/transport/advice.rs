//! The usual remedies for a failed attempt.

use super::{Endpoint, exchange::Spoken, failure::Kind};
use crate::otlp::Protocol;

const GRPC_PORT: u16 = 4317;
const HTTP_PORT: u16 = 4318;

/// Returns the usual remedy for a kind of failure.
pub(super) fn of(kind: Kind, endpoint: &Endpoint) -> Option<String> {
    let advice = match kind {
        Kind::Unreachable | Kind::Timeout | Kind::Broken => {
            if let Some(other_port) = other_port(endpoint) {
                return Some(other_port);
            }
            match kind {
                Kind::Unreachable => {
                    "start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT to its URL"
                }
                Kind::Timeout => {
                    "check the load of the collector and the firewalls on the way to it"
                }
                _ => "check that OTEL_EXPORTER_OTLP_ENDPOINT is the URL of a collector",
            }
        }
        Kind::Proxy => "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or add the host to NO_PROXY",
        Kind::Tls => "check the certificate of the collector and OTEL_EXPORTER_OTLP_CERTIFICATE",
        Kind::Unauthorized => "set OTEL_EXPORTER_OTLP_HEADERS to credentials of this collector",
        Kind::NotFound => return Some(not_found(endpoint)),
        Kind::Redirect => {
            "redirects are not followed: set the endpoint to the URL that they lead to"
        }
        Kind::Overloaded => "give the collector more capacity, or sample fewer traces",
        Kind::Rejected | Kind::Unreadable => return None,
    };
    Some(advice.to_owned())
}

/// The endpoint has the port of the other protocol.
fn other_port(endpoint: &Endpoint) -> Option<String> {
    let (protocol, other, right) = match (endpoint.protocol, endpoint.port()) {
        (Protocol::Grpc, HTTP_PORT) => ("gRPC", "http/protobuf", GRPC_PORT),
        (Protocol::HttpProtobuf, GRPC_PORT) => ("HTTP", "grpc", HTTP_PORT),
        _ => return None,
    };
    Some(format!(
        "{protocol} usually has port {right}: change the port, or set OTEL_EXPORTER_OTLP_PROTOCOL to {other}"
    ))
}

fn not_found(endpoint: &Endpoint) -> String {
    match endpoint.protocol {
        Protocol::HttpProtobuf => format!(
            "check the path, which is usually {}; a signal's own endpoint needs it as well",
            endpoint.usual_path
        ),
        Protocol::Grpc => {
            "enable this signal at the collector, and its receiver for gRPC".to_owned()
        }
    }
}

/// Returns the remedy if the collector speaks another protocol than the endpoint says.
pub(super) fn on_protocol(spoken: Spoken, endpoint: &Endpoint) -> Option<String> {
    let advice = match (spoken, endpoint.is_https, endpoint.protocol) {
        (Spoken::Tls, false, _) => "the collector uses TLS: begin the endpoint with https://",
        (Spoken::Http1 | Spoken::Http2 | Spoken::Other, true, _) => {
            "the collector does not use TLS: begin the endpoint with http://"
        }
        (Spoken::Http1, false, Protocol::Grpc) => {
            "this port does not speak gRPC: use the port for gRPC, usually 4317, or set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf"
        }
        (Spoken::Http2, false, Protocol::HttpProtobuf) => {
            "this port speaks gRPC: use the port for HTTP, usually 4318, or set OTEL_EXPORTER_OTLP_PROTOCOL to grpc"
        }
        (Spoken::Other, false, _) => "this port does not speak HTTP: use the port of the collector",
        _ => return None,
    };
    Some(advice.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Kind, of};
    use crate::otlp::{OtlpSettings, Protocol};

    fn unreachable(url: &str, protocol: Protocol) -> Option<String> {
        let endpoint = Endpoint::parse(&OtlpSettings::new(url, protocol), "/v1/traces").ok()?;
        of(Kind::Unreachable, &endpoint)
    }

    #[test]
    fn port_of_the_other_protocol_is_named() {
        for (port, protocol, named) in [
            (4317, Protocol::HttpProtobuf, "HTTP usually has port 4318"),
            (4318, Protocol::Grpc, "gRPC usually has port 4317"),
            (4317, Protocol::Grpc, "start the collector"),
            (4318, Protocol::HttpProtobuf, "start the collector"),
        ] {
            let advice = unreachable(&format!("http://a:{port}"), protocol).unwrap_or_default();
            assert!(advice.starts_with(named), "{advice}");
        }
    }
}
