//! Collectors that only a proxy can reach.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use glyph_runtime::trace::{OtlpSettings, Protocol, ProxySettings};
use glyph_tests::{
    cases::in_parallel,
    receiver::{PROTOCOLS, any::Receiver, nobody},
};

use crate::signals::{Exporter, LONG, Signal, after_one_batch, first_error};

/// A name that no resolver knows (RFC 6761).
const COLLECTOR: &str = "http://collector.invalid";

/// The head of a request to the proxy, and what is to be forwarded of it.
type Greeting = (String, Vec<u8>);

/// A proxy that connects to one receiver, whatever the client asks for.
struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(receiver: &Receiver, greet: fn(&mut TcpStream) -> io::Result<Greeting>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let (seen, to) = (Arc::clone(&heads), receiver.address());
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&seen);
                thread::spawn(move || {
                    let (head, forwarded) = greet(&mut stream)?;
                    seen.lock().unwrap().push(head);
                    forward(stream, &forwarded, to)
                });
            }
        });
        Self { address, heads }
    }

    fn head(&self) -> String {
        self.heads.lock().unwrap().join("\n").to_lowercase()
    }
}

fn forward(mut client: TcpStream, first: &[u8], to: SocketAddr) -> io::Result<()> {
    let mut server = TcpStream::connect(to)?;
    server.write_all(first)?;
    let (mut from, mut into) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || io::copy(&mut from, &mut into));
    io::copy(&mut client, &mut server).map(drop)
}

/// Forwards nothing of a `CONNECT`.
fn by_http(client: &mut TcpStream) -> io::Result<Greeting> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    if text.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        head.clear();
    }
    Ok((text, head))
}

/// SOCKS5 without authentication, for a host name (RFC 1928).
fn by_socks(client: &mut TcpStream) -> io::Result<Greeting> {
    let mut methods = [0; 3];
    client.read_exact(&mut methods)?;
    client.write_all(&[5, 0])?;
    let mut request = [0; 5];
    client.read_exact(&mut request)?;
    let mut host = vec![0; usize::from(request[4]) + 2];
    client.read_exact(&mut host)?;
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0])?;
    let port = host.split_off(host.len() - 2);
    let port = u16::from_be_bytes([port[0], port[1]]);
    Ok((
        format!("socks {}:{port}", String::from_utf8_lossy(&host)),
        Vec::new(),
    ))
}

fn settings(protocol: Protocol, proxy: impl FnOnce(&mut ProxySettings)) -> OtlpSettings {
    let mut settings = OtlpSettings::new(COLLECTOR, protocol);
    proxy(&mut settings.proxy);
    settings
}

#[test]
fn http_proxy_gets_whole_urls_or_a_tunnel() {
    let cases = [
        (
            Protocol::HttpProtobuf,
            "post http://collector.invalid/v1/traces http/1.1",
        ),
        (Protocol::Grpc, "connect collector.invalid:80 http/1.1"),
    ];
    in_parallel(cases, |(protocol, expected)| {
        let receiver = Receiver::start([]);
        let proxy = Proxy::start(&receiver, by_http);
        let settings = settings(protocol, |proxies| {
            proxies.http = Some(format!("http://ada:pass%20word@{}", proxy.address));
        });
        assert_eq!(after_one_batch(Signal::Traces, settings).exported, 3);
        let head = proxy.head();
        assert!(head.starts_with(expected), "{head}");
        // `ada:pass word` in base64.
        assert!(
            head.contains("proxy-authorization: basic ywrhonbhc3mgd29yza=="),
            "{head}"
        );
        assert_eq!(receiver.spans().len(), 3);
    });
}

#[test]
fn socks_proxy_looks_up_the_host() {
    in_parallel(Signal::over_each_protocol(), |(signal, protocol)| {
        let receiver = Receiver::start([]);
        let proxy = Proxy::start(&receiver, by_socks);
        let settings = settings(protocol, |proxies| {
            let scheme = match signal {
                Signal::Traces => "socks5h",
                _ => "SOCKS5",
            };
            proxies.all = Some(format!("{scheme}://{}", proxy.address));
        });
        assert_eq!(after_one_batch(signal, settings).exported, 3);
        assert_eq!(proxy.head(), "socks collector.invalid:80");
    });
}

#[test]
fn host_without_a_proxy_is_reached_directly() {
    in_parallel(PROTOCOLS, |protocol| {
        let receiver = Receiver::start([]);
        let mut settings = settings(protocol, |proxies| {
            proxies.all = Some(nobody());
            proxies.none = Some("example.com, 127.0.0.0/8".to_owned());
        });
        settings.endpoint = receiver.endpoint();
        assert_eq!(after_one_batch(Signal::Logs, settings).exported, 3);
    });
}

#[test]
fn proxy_that_fails_is_named_without_its_password() {
    in_parallel(PROTOCOLS, |protocol| {
        let address = nobody();
        let address = address.trim_start_matches("http://");
        let settings = settings(protocol, |proxies| {
            proxies.http = Some(format!("http://ada:s3cret@{address}"));
        });
        let shown = format!("{settings:?}");
        let error = first_error(Signal::Traces, settings);
        assert!(
            error.contains("proxy") && error.contains(address),
            "{error}"
        );
        assert!(error.contains("refused"), "{error}");
        assert!(
            !error.contains("s3cret") && !shown.contains("s3cret"),
            "{error} {shown}"
        );
    });
}

#[test]
fn unusable_proxy_is_an_error_at_start() {
    let mut settings = glyph_runtime::trace::TraceSettings::new("shop");
    settings.otlp = Some(self::settings(Protocol::Grpc, |proxies| {
        proxies.https = Some("ftp://ada:s3cret@proxy".to_owned());
    }));
    let error = glyph_runtime::trace::Pipeline::start(&settings).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("invalid proxy `proxy`"), "{error}");
}

#[test]
fn https_collector_is_reached_through_a_tunnel() {
    in_parallel(PROTOCOLS, |protocol| {
        let receiver = Receiver::start([]);
        let proxy = Proxy::start(&receiver, by_http);
        let mut settings = settings(protocol, |proxies| {
            proxies.https = Some(format!("{}", proxy.address));
        });
        settings.endpoint = "https://collector.invalid".to_owned();
        let exporter = Exporter::start(
            Signal::Traces,
            settings,
            Duration::from_millis(1),
            Duration::from_secs(1),
        );
        exporter.produce(1);
        // The receiver does not speak TLS, but the tunnel is there.
        exporter.shutdown(LONG).unwrap_err();
        assert!(proxy.head().starts_with("connect collector.invalid:443 "));
    });
}
