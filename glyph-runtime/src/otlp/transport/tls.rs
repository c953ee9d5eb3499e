//! Connections to the collector, in the clear or by TLS.

use std::{path::Path, sync::Arc, time::Duration};

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};

use super::endpoint::Endpoint;
use crate::trace::{OtlpSettings, TlsSettings, TraceError};

/// Which versions of HTTP are spoken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Versions {
    #[cfg(feature = "otlp-http")]
    All,
    #[cfg(feature = "otlp-grpc")]
    Http2,
}

pub(super) fn connector(
    settings: &OtlpSettings,
    endpoint: &Endpoint,
    versions: Versions,
) -> Result<HttpsConnector<HttpConnector>, TraceError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(settings.timeout.max(Duration::from_millis(1))));
    let config = config(&settings.tls, endpoint.is_https)?;
    let builder = HttpsConnectorBuilder::new().with_tls_config(config);
    let builder = if endpoint.is_https {
        builder.https_only()
    } else {
        builder.https_or_http()
    };
    Ok(match versions {
        #[cfg(feature = "otlp-http")]
        Versions::All => builder.enable_all_versions().wrap_connector(tcp),
        #[cfg(feature = "otlp-grpc")]
        Versions::Http2 => builder.enable_http2().wrap_connector(tcp),
    })
}

fn config(tls: &TlsSettings, is_https: bool) -> Result<ClientConfig, TraceError> {
    // Not the process's default, which belongs to the program.
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(tls_error)?;
    let builder = if tls.insecure_skip_verify {
        let anybody = Arc::new(Anybody(provider));
        builder
            .dangerous()
            .with_custom_certificate_verifier(anybody)
    } else {
        builder.with_root_certificates(roots(tls, is_https)?)
    };
    match (&tls.client_certificate_file, &tls.client_key_file) {
        (Some(certificate), Some(key)) => builder
            .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
            .map_err(tls_error),
        (None, None) => Ok(builder.with_no_client_auth()),
        _ => Err(TraceError::Tls(
            "a client certificate and its key belong together, and one of them is missing: set both OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY, or both in the settings"
                .to_owned(),
        )),
    }
}

fn roots(tls: &TlsSettings, is_https: bool) -> Result<RootCertStore, TraceError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = &tls.ca_file {
        for certificate in certificates(path)? {
            roots
                .add(certificate)
                .map_err(|error| unreadable(path, &error))?;
        }
    } else if is_https {
        let system = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(system.certs);
        if roots.is_empty() {
            return Err(TraceError::Tls(
                "this system has no trusted certificates: install them or name a CA file"
                    .to_owned(),
            ));
        }
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TraceError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match found {
        Ok(found) if found.is_empty() => Err(unreadable(path, &"it holds no certificate")),
        Ok(found) => Ok(found),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TraceError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, reason: &dyn std::fmt::Display) -> TraceError {
    TraceError::Certificate {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn tls_error(error: rustls::Error) -> TraceError {
    TraceError::Tls(error.to_string())
}

/// Believes every certificate, but still wants the handshake signed with its key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
