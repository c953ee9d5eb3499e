//! The embedded origin of `--once`, and a client that asks for its pages through the proxy.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, X_CONTENT_TYPE_OPTIONS};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::fault::Fault;

/// The pages that the client asks for.
const PAGES: u64 = 12;

/// A server of pages, and what it has counted by itself.
pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Requests that the proxy forwarded, and those of plugins.
    pages: AtomicU64,
    links: AtomicU64,
    /// Requests that were answered wrongly or late, on purpose.
    faults: AtomicU64,
}

impl Origin {
    pub(crate) async fn start(fault: Option<Fault>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let counts = Arc::new(Counts::default());
        // Otherwise the listener is dropped here, and nothing accepts a connection at its address.
        if fault != Some(Fault::OriginDown) {
            let service = Pages {
                address,
                fault,
                counts: Arc::clone(&counts),
            };
            tokio::spawn(serve(listener, Arc::new(service)));
        }
        Ok(Self { address, counts })
    }

    /// Logs what the origin has counted.
    pub(crate) fn report(&self) {
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        let Counts {
            pages,
            links,
            faults,
        } = &*self.counts;
        let (pages, links, faults) = (count(pages), count(links), count(faults));
        tracing::info!(pages, links, faults, "counted by the origin");
    }
}

struct Pages {
    address: SocketAddr,
    fault: Option<Fault>,
    counts: Arc<Counts>,
}

async fn serve(listener: TcpListener, pages: Arc<Pages>) {
    while let Ok((stream, _)) = listener.accept().await {
        let pages = Arc::clone(&pages);
        let service = service_fn(move |request| {
            let pages = Arc::clone(&pages);
            async move { pages.answer(request).await }
        });
        let connection =
            server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

impl Pages {
    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, hyper::http::Error> {
        let number = request.uri().path().strip_prefix("/page/");
        let number: u64 = number
            .and_then(|text| text.parse().ok())
            .unwrap_or_default();
        // The plugin asks for the head of a page alone.
        let is_link = request.method() == Method::HEAD;
        let count = if is_link {
            &self.counts.links
        } else {
            &self.counts.pages
        };
        count.fetch_add(1, Ordering::Relaxed);
        let status = self.fail(number, is_link).await;
        let mut response = Response::builder()
            .status(status)
            .header(CONTENT_TYPE, "text/html");
        if number.is_multiple_of(2) {
            response = response.header(X_CONTENT_TYPE_OPTIONS, "nosniff");
        }
        response.body(Full::from(self.page(number)))
    }

    /// Makes the fault, and returns the status of the response.
    async fn fail(&self, number: u64, is_link: bool) -> StatusCode {
        let is_of_links = self.fault == Some(Fault::LinkSlow);
        let is_hit = is_of_links == is_link && Fault::hits(number);
        let fault = self.fault.filter(|_| is_hit);
        let (status, pause) = match fault {
            Some(Fault::OriginError) => (StatusCode::INTERNAL_SERVER_ERROR, Duration::ZERO),
            Some(Fault::OriginSlow) => (StatusCode::OK, Duration::from_secs(2)),
            Some(Fault::LinkSlow) => (StatusCode::OK, Duration::from_millis(5500)),
            _ => return StatusCode::OK,
        };
        self.counts.faults.fetch_add(1, Ordering::Relaxed);
        sleep(pause).await;
        status
    }

    /// Every third page has a link to the next one.
    fn page(&self, number: u64) -> String {
        let host = match self.fault {
            Some(Fault::HostRefused) => "elsewhere.invalid".to_owned(),
            _ => self.address.to_string(),
        };
        let link = if number.is_multiple_of(3) {
            format!("<a href=\"http://{host}/page/{}\">next</a>", number + 1)
        } else {
            String::new()
        };
        format!("<p>Page {number}. {link}</p>\n")
    }
}

/// Asks for all pages through the proxy, one after the other, and logs what came.
pub(crate) async fn visit(proxy: SocketAddr, origin: &Origin) -> Result<(), Box<dyn Error>> {
    let stream = TcpStream::connect(proxy).await?;
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let address = origin.address;
    let (mut succeeded, mut failed) = (0u32, 0u32);
    for number in 1..=PAGES {
        // Some client has its token in the address.
        let query = if number.is_multiple_of(6) {
            "?token=1815"
        } else {
            ""
        };
        let request = Request::builder()
            .uri(format!("http://{address}/page/{number}{query}"))
            .header(HOST, address.to_string())
            .body(Empty::<Bytes>::new())?;
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        if response.status().is_success() {
            succeeded += 1;
        } else {
            failed += 1;
        }
        response.into_body().collect().await?;
    }
    tracing::info!(succeeded, failed, "counted by the client");
    Ok(())
}
