//! A collector over HTTP/1.1 that counts the spans in the requests.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use crate::Result;

/// The number of spans, and of their attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) spans: u64,
    pub(super) attributes: u64,
}

pub(super) struct Sink {
    address: SocketAddr,
    received: Arc<Mutex<Received>>,
}

const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";

impl Sink {
    /// Starts a sink on its own address, which runs until the process ends.
    pub(super) fn start() -> Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = socket.local_addr()?;
        let received = Arc::<Mutex<Received>>::default();
        let counted = Arc::clone(&received);
        thread::spawn(move || {
            for stream in socket.incoming().flatten() {
                let counted = Arc::clone(&counted);
                thread::spawn(move || serve(&stream, &counted));
            }
        });
        Ok(Self { address, received })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn received(&self) -> Received {
        *self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(stream: &TcpStream, counted: &Mutex<Received>) -> io::Result<()> {
    let mut requests = BufReader::new(stream);
    while let Some(body) = body(&mut requests)? {
        let request = ExportTraceServiceRequest::decode(&*body).map_err(io::Error::other)?;
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        let scopes = request.resource_spans.iter().flat_map(|of| &of.scope_spans);
        for span in scopes.flat_map(|scope| &scope.spans) {
            counted.spans += 1;
            counted.attributes += span.attributes.len() as u64;
        }
        drop(counted);
        // After the count: the process that sends may end now.
        let mut answers = stream;
        answers.write_all(OK)?;
    }
    Ok(())
}

/// Returns the body of the next request, if there is one.
fn body(requests: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = 0;
    let mut line = String::new();
    while requests.read_line(&mut line)? > 0 {
        if line.trim_end().is_empty() {
            let mut body = vec![0; length];
            requests.read_exact(&mut body)?;
            return Ok(Some(body));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        line.clear();
    }
    Ok(None)
}
