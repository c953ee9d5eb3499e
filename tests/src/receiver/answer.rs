//! Responses of a collector.

use std::{convert::Infallible, io::Write, sync::LazyLock, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, header, response::Builder},
    response::Response,
};
use bytes::{BufMut, Bytes, BytesMut};
use flate2::{Compression, write::GzEncoder};
use futures_util::StreamExt;
use http_body_util::{BodyExt, Full};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;

use super::Delay;

/// The size of a response that no client should read.
const LONG: usize = 3 << 20;
/// The size of a bomb that is unpacked.
const UNPACKED: usize = 16 << 20;
/// The size of a head that no client should read.
const LONG_HEAD: usize = 1 << 19;

/// The response to a request.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// A success.
    Accept,
    /// A partial success that rejects this many items.
    AcceptBut(i64),
    /// 503 or `UNAVAILABLE`.
    Unavailable,
    /// 429 or `RESOURCE_EXHAUSTED`, with a retry delay of one second.
    BackInASecond,
    /// 429 or `RESOURCE_EXHAUSTED`, with a retry delay.
    Throttle(Delay),
    /// 503 or `UNAVAILABLE`, with a retry delay.
    UnavailableFor(Delay),
    /// 400 or `INVALID_ARGUMENT`.
    Refuse,
    /// 500 or `INTERNAL`.
    Broken,
    /// This status of HTTP, in both protocols.
    Status(u16),
    /// 307 to another collector, in both protocols.
    Redirect,
    /// A success after this delay.
    Slow(Duration),
    /// A success with an invalid body.
    Garbage,
    /// A success with a body of 3 MiB.
    Long,
    /// A success whose body never ends.
    Endless,
    /// A success whose body has one byte each 50 milliseconds, and never ends.
    Trickle,
    /// A success with a compressed body of 16 MiB.
    Bomb,
    /// A success with a header of 1 MiB.
    LongHead,
    /// A success with trailers of 1 MiB, over gRPC.
    LongTrailers,
    /// A success with 128 headers of 256 bytes: more than HTTP/1 may have here, and longer than a
    /// head of HTTP/2.
    ManyHeaders,
    /// The request is read, and no response follows.
    Hang,
    /// The connection closes in the middle of the response.
    Die,
}

impl Answer {
    /// Does the work that would delay the first response.
    pub(super) fn prepare(self) {
        if matches!(self, Self::Bomb) {
            LazyLock::force(&BOMB);
        }
    }

    pub(super) fn accepts(self) -> bool {
        matches!(self, Self::Accept | Self::AcceptBut(_) | Self::Slow(_))
    }

    pub(super) fn response(self, is_grpc: bool) -> Response {
        if is_grpc {
            self.by_grpc()
        } else {
            self.by_http()
        }
    }

    fn by_http(self) -> Response {
        let response = Response::builder().header(header::CONTENT_TYPE, "application/x-protobuf");
        let later = |status: u16, delay: Delay| {
            let response = Response::builder().status(status);
            response.header(header::RETRY_AFTER, delay.retry_after())
        };
        let (response, body) = match self {
            Self::AcceptBut(rejected) => (response, success(rejected).encode_to_vec().into()),
            Self::Broken => (response.status(500), Body::empty()),
            Self::Unavailable => (response.status(503), Body::empty()),
            Self::BackInASecond => (later(429, Delay::Seconds(1)), Body::empty()),
            Self::Throttle(delay) => (later(429, delay), Body::empty()),
            Self::UnavailableFor(delay) => (later(503, delay), Body::empty()),
            Self::Refuse => (response.status(400), Body::from("no")),
            Self::Garbage => (response, Body::from(&b"\xff\xff\xff\xff\xff"[..])),
            Self::Long => (response, Body::from(vec![0; LONG])),
            Self::Bomb => {
                let response = response.header(header::CONTENT_ENCODING, "gzip");
                (response, Body::from(&BOMB[..]))
            }
            _ => return self.by_either(response, Body::empty()),
        };
        response.body(body).unwrap()
    }

    fn by_grpc(self) -> Response {
        let response = Response::builder().header(header::CONTENT_TYPE, "application/grpc");
        let (response, body) = match self {
            Self::AcceptBut(rejected) => (response, framed(&success(rejected).encode_to_vec())),
            Self::Garbage => (response, framed(b"\xff\xff\xff\xff\xff")),
            Self::Long => (response, framed(&vec![0; LONG])),
            Self::Bomb => {
                let response = response.header("grpc-encoding", "gzip");
                (response, frame(1, &BOMB, ""))
            }
            Self::LongTrailers => {
                let message = success(0).encode_to_vec();
                (response, frame(0, &message, &"x".repeat(LONG_HEAD)))
            }
            Self::Unavailable => (with_status(response, 14, None), Body::empty()),
            Self::Refuse => (with_status(response, 3, None), Body::empty()),
            Self::Broken => (with_status(response, 13, None), Body::empty()),
            Self::BackInASecond => {
                let delay = Some(Delay::Seconds(1));
                (with_status(response, 8, delay), Body::empty())
            }
            Self::Throttle(delay) => (with_status(response, 8, Some(delay)), Body::empty()),
            Self::UnavailableFor(delay) => (with_status(response, 14, Some(delay)), Body::empty()),
            _ => return self.by_either(response, framed(&success(0).encode_to_vec())),
        };
        response.body(body).unwrap()
    }

    /// Returns a response that is the same in both protocols, but for the body of a success.
    fn by_either(self, response: Builder, success: Body) -> Response {
        let (response, body) = match self {
            Self::Status(status) => (response.status(status), Body::empty()),
            Self::Redirect => {
                let location = "http://user.example/v1/elsewhere?key=s3cret";
                let response = response.status(307).header(header::LOCATION, location);
                (response, Body::empty())
            }
            Self::Endless => (response, chunks(Duration::ZERO, 16 << 10)),
            Self::Trickle => (response, chunks(Duration::from_millis(50), 1)),
            Self::LongHead => {
                let name = HeaderName::from_static("x-long");
                (response.header(name, "x".repeat(LONG_HEAD)), success)
            }
            Self::ManyHeaders => {
                let named = |response: Builder, number| {
                    response.header(format!("x-{number}"), "x".repeat(256))
                };
                ((0..128).fold(response, named), success)
            }
            Self::Die => (response, dying()),
            _ => (response, success),
        };
        response.body(body).unwrap()
    }
}

/// Returns a success. The responses of all signals have the same format.
fn success(rejected: i64) -> ExportTraceServiceResponse {
    ExportTraceServiceResponse {
        partial_success: (rejected > 0).then(|| ExportTracePartialSuccess {
            rejected_spans: rejected,
            error_message: "too old".to_owned(),
        }),
    }
}

fn with_status(response: Builder, code: u8, delay: Option<Delay>) -> Builder {
    let response = response.header("grpc-status", code.to_string());
    match delay {
        Some(delay) => response.header("grpc-status-details-bin", delay.details(code)),
        None => response,
    }
}

/// Returns a length-prefixed message and its trailers.
fn framed(message: &[u8]) -> Body {
    frame(0, message, "")
}

/// Returns a message, and trailers with the status and a text.
fn frame(packed: u8, message: &[u8], text: &str) -> Body {
    let mut frame = BytesMut::new();
    frame.put_u8(packed);
    frame.put_u32(u32::try_from(message.len()).unwrap());
    frame.put_slice(message);
    let text = HeaderValue::from_str(text).unwrap();
    let trailers = async {
        let status = HeaderValue::from_static("0");
        let trailers = [("grpc-status", status), ("x-text", text)];
        let trailers = trailers.map(|(name, value)| (HeaderName::from_static(name), value));
        Some(Ok::<_, Infallible>(HeaderMap::from_iter(trailers)))
    };
    Body::new(Full::new(frame.freeze()).with_trailers(trailers))
}

/// Packing takes longer than an impatient client waits, and is done once.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..UNPACKED / zeros.len() {
        packed.write_all(&zeros).unwrap();
    }
    packed.finish().unwrap()
});

/// Returns a body without end.
fn chunks(pause: Duration, size: usize) -> Body {
    let chunk = Bytes::from(vec![0; size]);
    let chunks = futures_util::stream::repeat(chunk).then(move |chunk| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(chunk)
    });
    Body::from_stream(chunks)
}

/// Returns a body that ends with an error, which closes the connection or resets the stream.
fn dying() -> Body {
    let pieces = [
        Ok(Bytes::from_static(b"\0")),
        Err(std::io::Error::other("gone")),
    ];
    Body::from_stream(futures_util::stream::iter(pieces))
}
