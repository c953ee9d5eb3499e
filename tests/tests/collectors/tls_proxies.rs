//! Proxies that are reached over TLS.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use glyph_runtime::trace::{OtlpSettings, Protocol};
use glyph_tests::{
    cases::in_parallel,
    receiver::{PROTOCOLS, any::Receiver},
};
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    certificates::{Secured, self_signed},
    signals::{Signal, after_one_batch, first_error, impatient},
};

/// A proxy that speaks TLS with its clients, and connects to one receiver whatever they ask for.
struct Proxy {
    address: SocketAddr,
    /// Its certificate, in PEM.
    certificate: String,
    heads: Arc<Mutex<Vec<String>>>,
    runtime: Option<Runtime>,
}

impl Proxy {
    fn start(receiver: SocketAddr) -> Self {
        let (acceptor, certificate) = self_signed("127.0.0.1", |_| {}, false);
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&heads);
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(
                    client,
                    acceptor.clone(),
                    receiver,
                    Arc::clone(&seen),
                ));
            }
        });
        Self {
            address,
            certificate,
            heads,
            runtime: Some(runtime),
        }
    }

    fn url(&self) -> String {
        format!("https://ada:pass%20word@{}", self.address)
    }

    fn head(&self) -> String {
        self.heads.lock().unwrap().join("\n").to_lowercase()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn forward(
    client: TcpStream,
    acceptor: TlsAcceptor,
    to: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
) -> io::Result<()> {
    let mut client = acceptor.accept(client).await?;
    let head = head(&mut client).await?;
    let mut server = TcpStream::connect(to).await?;
    if head.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    } else {
        server.write_all(head.as_bytes()).await?;
    }
    heads.lock().unwrap().push(head);
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Reads the head of a request, and nothing after it.
async fn head(client: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Settings for a collector that only a proxy can reach (RFC 6761: no resolver knows the name).
fn settings(protocol: Protocol, proxy: &Proxy, authority: &NamedTempFile) -> OtlpSettings {
    let mut settings = impatient("http://collector.invalid", protocol);
    settings.proxy.all = Some(proxy.url());
    std::fs::write(authority.path(), &proxy.certificate).unwrap();
    settings.tls.ca_file = Some(authority.path().to_owned());
    settings
}

#[test]
fn proxy_over_tls_forwards_to_a_plaintext_collector() {
    in_parallel(PROTOCOLS, |protocol| {
        let receiver = Receiver::start([]);
        let proxy = Proxy::start(receiver.address());
        let authority = NamedTempFile::new().unwrap();
        let settings = settings(protocol, &proxy, &authority);
        assert_eq!(after_one_batch(Signal::Traces, settings).exported, 3);
        let expected = match protocol {
            Protocol::Grpc => "connect collector.invalid:80 http/1.1",
            _ => "post http://collector.invalid/v1/traces http/1.1",
        };
        let head = proxy.head();
        assert!(head.starts_with(expected), "{head}");
        // `ada:pass word` in base64.
        let credentials = "proxy-authorization: basic ywrhonbhc3mgd29yza==";
        assert!(head.contains(credentials), "{head}");
        assert_eq!(receiver.spans().len(), 3);
    });
}

#[test]
fn tls_to_the_collector_goes_through_tls_to_the_proxy() {
    in_parallel(PROTOCOLS, |protocol| {
        let collector = Secured::start("127.0.0.1", |_| {}, false);
        let proxy = Proxy::start(collector.receiver.address());
        collector.trust(&proxy.certificate);
        let mut settings = collector.settings(protocol);
        settings.proxy.https = Some(proxy.url());
        assert_eq!(after_one_batch(Signal::Logs, settings).exported, 3);
        let address = collector.receiver.address();
        let connected = format!("connect {address} http/1.1");
        assert!(proxy.head().starts_with(&connected), "{}", proxy.head());
        assert_eq!(collector.receiver.records().len(), 3);
    });
}

#[test]
fn certificate_of_a_proxy_that_is_not_trusted_is_named_with_the_proxy() {
    in_parallel(PROTOCOLS, |protocol| {
        let receiver = Receiver::start([]);
        let [proxy, other] = [(); 2].map(|()| Proxy::start(receiver.address()));
        let authority = NamedTempFile::new().unwrap();
        let mut settings = settings(protocol, &other, &authority);
        settings.proxy.all = Some(proxy.url());
        let error = first_error(Signal::Traces, settings);
        assert!(error.contains("invalid peer certificate"), "{error}");
        assert!(error.contains(&proxy.address.to_string()), "{error}");
        assert!(!error.contains("pass"), "{error}");
    });
}
