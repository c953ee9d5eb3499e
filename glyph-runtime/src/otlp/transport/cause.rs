//! The cause of a failed attempt, from the errors of hyper, rustls and the system.

use std::{error::Error, io};

use rustls::{AlertDescription, CertificateError};

use super::{
    Endpoint, advice,
    connect::ConnectTimeout,
    exchange::{Broken, Exchange, TooLong},
    failure::{Failure, Kind, Retry},
    proxy::ProxyError,
};

/// Returns the failure that an error of the connection describes.
pub(super) fn failure(
    error: &(dyn Error + 'static),
    exchange: &Exchange,
    endpoint: &Endpoint,
) -> Failure {
    let chain: Vec<_> = chain(error).collect();
    let spoken = exchange.spoken();
    // h2 keeps only the text of an I/O error.
    if exchange.is_too_long() {
        return Failure::new(Kind::Unreadable, Retry::Never, TooLong.to_string());
    }
    if is_bad_head(&chain) {
        let cause = "the head or the trailers of the response are too long or unreadable";
        return Failure::new(Kind::Unreadable, Retry::Never, cause);
    }
    let retry = Retry::After(None);
    let other_protocol = advice::on_protocol(spoken, endpoint);
    let (refusal, broken) = match exchange.broken() {
        Some(Broken::Tls(error)) => (Some(error), None),
        Some(Broken::Io(text)) => (None, Some(text)),
        None => (None, None),
    };
    if let Some(error) = find::<rustls::Error>(&chain)
        && find::<ProxyError>(&chain).is_some()
    {
        let failure = Failure::new(Kind::Proxy, retry, text(&chain, None));
        return failure.with_advice(on_tls(error, "the proxy"));
    }
    if let Some(error) = find::<rustls::Error>(&chain).cloned().or(refusal) {
        let failure = Failure::new(Kind::Tls, retry, error.to_string());
        return failure.with_advice(on_tls(&error, "the collector").or(other_protocol));
    }
    let kind = kind(&chain);
    let cause = match other_protocol {
        Some(_) => format!(
            "{}, as the response is not {}",
            text(&chain, broken),
            endpoint.protocol
        ),
        None => text(&chain, broken),
    };
    Failure::new(kind, retry, cause).with_advice(other_protocol)
}

/// An error and its causes. `source()` of an I/O error skips the error inside of it.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inside) => Some(inside),
        None => error.source(),
    }
}

fn find<'e, E: Error + 'static>(chain: &[&'e (dyn Error + 'static)]) -> Option<&'e E> {
    chain.iter().find_map(|error| error.downcast_ref::<E>())
}

/// Returns whether the collector responded with a head or with trailers that hyper or h2 cannot read,
/// or that are too long for them. The collector may have taken the request.
fn is_bad_head(chain: &[&(dyn Error + 'static)]) -> bool {
    let is_bad = |error: &h2::Error| {
        let is_long = matches!(
            error.reason(),
            Some(h2::Reason::COMPRESSION_ERROR | h2::Reason::ENHANCE_YOUR_CALM)
        );
        error.is_library() && (error.is_reset() || (error.is_go_away() && is_long))
    };
    find::<hyper::Error>(chain).is_some_and(hyper::Error::is_parse_too_large)
        || find::<h2::Error>(chain).is_some_and(is_bad)
}

fn kind(chain: &[&(dyn Error + 'static)]) -> Kind {
    if find::<ConnectTimeout>(chain).is_some() {
        return Kind::Timeout;
    }
    if find::<ProxyError>(chain).is_some() {
        return Kind::Proxy;
    }
    let client = find::<hyper_util::client::legacy::Error>(chain);
    if client.is_some_and(hyper_util::client::legacy::Error::is_connect) {
        return Kind::Unreachable;
    }
    Kind::Broken
}

/// Joins the texts of the causes. The outermost names only the library.
fn text(chain: &[&(dyn Error + 'static)], broken: Option<String>) -> String {
    let mut texts: Vec<String> = Vec::new();
    let outer = usize::from(chain.len() > 1);
    let causes = chain.iter().skip(outer).map(ToString::to_string);
    for text in causes.chain(broken) {
        if !texts.iter().any(|earlier| earlier.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

/// Returns the usual remedy for an error of TLS with `peer`.
fn on_tls(error: &rustls::Error, peer: &str) -> Option<String> {
    let advice = match error {
        rustls::Error::InvalidCertificate(certificate) => return on_certificate(certificate, peer),
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure,
        ) => format!(
            "{peer} may want a client certificate: set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY"
        ),
        rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol) => {
            format!("{peer} does not speak this protocol: check OTEL_EXPORTER_OTLP_PROTOCOL")
        }
        _ => return None,
    };
    Some(advice)
}

fn on_certificate(error: &CertificateError, peer: &str) -> Option<String> {
    Some(match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("renew the certificate of {peer}, or correct the clock of this machine")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "correct the clock of this machine".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("use a host name of the certificate in the URL of {peer}")
        }
        CertificateError::UnknownIssuer => format!(
            "set OTEL_EXPORTER_OTLP_CERTIFICATE to a file with the certificate of the authority of {peer}"
        ),
        _ => return None,
    })
}
