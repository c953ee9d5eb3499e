//! Collectors with TLS.

use std::{fs, path::PathBuf, sync::Arc};

use glyph_runtime::trace::{Pipeline, Protocol, TlsSettings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio_rustls::rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};

use crate::{
    LONG, hasty,
    receiver::{PROTOCOLS, Receiver},
    spans, to_collector,
};

/// A certificate authority, with files for a client that trusts it and has its certificate.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        let authority = Self { issuer, folder };
        let (certificate, key) = authority.issue("client");
        fs::write(authority.file("client.pem"), certificate).unwrap();
        fs::write(authority.file("client.key"), key).unwrap();
        authority
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns a certificate and its key.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn receiver(&self, knows_its_clients: bool) -> Receiver {
        let (certificate, key) = self.issue("127.0.0.1");
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if knows_its_clients {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone()).unwrap();
            let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(clients.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(chain, key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Receiver::start_with_tls(config)
    }
}

/// Returns whether a span arrives.
fn arrives(receiver: &Receiver, protocol: Protocol, change: impl Fn(&mut TlsSettings)) -> bool {
    let mut settings = to_collector(&receiver.endpoint(), protocol);
    change(&mut settings.otlp.as_mut().unwrap().tls);
    hasty(&mut settings.batch, std::time::Duration::from_millis(700));
    let pipeline = Pipeline::start(&settings).unwrap();
    spans(&pipeline, 1);
    let flushed = pipeline.shutdown(LONG).is_ok();
    let arrived = !receiver.accepted().is_empty();
    assert_eq!(flushed, arrived);
    arrived
}

#[test]
fn only_the_given_authority_is_trusted() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    for protocol in PROTOCOLS {
        let receiver = ours.receiver(false);
        assert!(!arrives(&receiver, protocol, |tls| tls.ca_file =
            Some(theirs.file("ca.pem"))));
        assert!(arrives(&receiver, protocol, |tls| tls.ca_file =
            Some(ours.file("ca.pem"))));
    }
}

#[test]
fn client_sends_its_certificate() {
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        let receiver = authority.receiver(true);
        assert!(!arrives(&receiver, protocol, |tls| tls.ca_file =
            Some(authority.file("ca.pem"))));
        assert!(arrives(&receiver, protocol, |tls| {
            tls.ca_file = Some(authority.file("ca.pem"));
            tls.client_certificate_file = Some(authority.file("client.pem"));
            tls.client_key_file = Some(authority.file("client.key"));
        }));
    }
}

#[test]
fn verification_can_be_switched_off() {
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        let receiver = authority.receiver(false);
        assert!(arrives(&receiver, protocol, |tls| tls
            .insecure_skip_verify =
            true));
    }
}

#[test]
fn invalid_tls_files_are_errors_at_start() {
    let authority = Authority::new();
    let error = |change: &dyn Fn(&mut TlsSettings)| {
        let mut settings = to_collector("https://collector:4318", Protocol::HttpProtobuf);
        change(&mut settings.otlp.as_mut().unwrap().tls);
        Pipeline::start(&settings).unwrap_err().to_string()
    };
    let missing = error(&|tls| tls.ca_file = Some(authority.file("none.pem")));
    assert!(missing.contains("none.pem"), "{missing}");
    let no_certificate = error(&|tls| tls.ca_file = Some(authority.file("client.key")));
    assert!(
        no_certificate.contains("no certificate"),
        "{no_certificate}"
    );
    let half = error(&|tls| {
        tls.ca_file = Some(authority.file("ca.pem"));
        tls.client_certificate_file = Some(authority.file("client.pem"));
    });
    assert!(half.contains("needs its key"), "{half}");
}
