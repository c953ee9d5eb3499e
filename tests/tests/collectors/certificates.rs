//! Certificates that are refused are named as plainly over gRPC as over HTTP.

use std::sync::Arc;

use glyph_runtime::trace::{OtlpSettings, Protocol};
use glyph_tests::{
    cases::in_parallel,
    receiver::{PROTOCOLS, any::Receiver},
};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tempfile::NamedTempFile;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
        server::WebPkiClientVerifier,
    },
};

use crate::signals::{Signal, after_one_batch, first_error, impatient};

/// A collector with a certificate that it has signed itself.
pub(crate) struct Secured {
    pub(crate) receiver: Receiver,
    /// The certificate, as a PEM file.
    authority: NamedTempFile,
}

impl Secured {
    pub(crate) fn start(
        name: &str,
        change: fn(&mut CertificateParams),
        asks_clients: bool,
    ) -> Self {
        let (acceptor, certificate) = self_signed(name, change, asks_clients);
        let authority = NamedTempFile::new().unwrap();
        std::fs::write(authority.path(), certificate).unwrap();
        let receiver = Receiver::start_at("127.0.0.1:0", [], Some(acceptor));
        Self {
            receiver,
            authority,
        }
    }

    /// Trusts another certificate as well, of a proxy in front of the collector.
    pub(crate) fn trust(&self, certificate: &str) {
        let own = std::fs::read_to_string(self.authority.path()).unwrap();
        std::fs::write(self.authority.path(), own + certificate).unwrap();
    }

    pub(crate) fn settings(&self, protocol: Protocol) -> OtlpSettings {
        let mut settings = impatient(&self.receiver.endpoint(), protocol);
        settings.tls.ca_file = Some(self.authority.path().to_owned());
        settings
    }
}

/// Returns a server's side of TLS with a certificate that it has signed itself, and the certificate in
/// PEM.
pub(crate) fn self_signed(
    name: &str,
    change: fn(&mut CertificateParams),
    asks_clients: bool,
) -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let config = config(certificate.der(), &key, asks_clients);
    (Arc::new(config).into(), certificate.pem())
}

fn config(
    certificate: &CertificateDer<'static>,
    key: &KeyPair,
    asks_clients: bool,
) -> ServerConfig {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if asks_clients {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(clients.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = builder
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

fn expired(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2019, 1, 1);
    params.not_after = date_time_ymd(2020, 1, 1);
}

fn future(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2090, 1, 1);
    params.not_after = date_time_ymd(2091, 1, 1);
}

#[test]
fn reason_of_a_refused_certificate_is_named() {
    type Change = fn(&mut CertificateParams);
    let cases: [(&str, Change, &str); 3] = [
        ("127.0.0.1", expired, "certificate expired"),
        ("127.0.0.1", future, "certificate not valid yet"),
        (
            "collector.example",
            |_| {},
            "not valid for name \"127.0.0.1\"",
        ),
    ];
    let cases = cases.map(|case| PROTOCOLS.map(|protocol| (case, protocol)));
    in_parallel(
        cases.into_iter().flatten(),
        |((name, change, reason), protocol)| {
            let collector = Secured::start(name, change, false);
            let error = first_error(Signal::Traces, collector.settings(protocol));
            assert!(error.contains(reason), "{error}");
            assert!(error.starts_with("invalid peer certificate"), "{error}");
        },
    );
}

#[test]
fn valid_certificate_is_accepted() {
    in_parallel(PROTOCOLS, |protocol| {
        let collector = Secured::start("127.0.0.1", |_| {}, false);
        let counts = after_one_batch(Signal::Traces, collector.settings(protocol));
        assert_eq!((counts.exported, counts.failures), (3, 0), "{counts:?}");
    });
}

#[test]
fn missing_client_certificate_is_named() {
    in_parallel(PROTOCOLS, |protocol| {
        let collector = Secured::start("127.0.0.1", |_| {}, true);
        let error = first_error(Signal::Traces, collector.settings(protocol));
        assert!(error.contains("CertificateRequired"), "{error}");
    });
}
