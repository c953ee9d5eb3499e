//! Every status, in headers or trailers.

use glyph_runtime::grpc::{ErrorType, StatusCode};
use opentelemetry::trace::{SpanKind, Status};
use tonic::Code;

use crate::grpc::{
    recorded::{Ended, record, until_idle},
    shop::{RESERVE, Text, WATCH, measured, path, serve, text},
};

/// The statuses that count as errors of the server.
const SERVERS_FAULT: [StatusCode; 6] = [
    StatusCode::Unknown,
    StatusCode::DeadlineExceeded,
    StatusCode::Unimplemented,
    StatusCode::Internal,
    StatusCode::Unavailable,
    StatusCode::DataLoss,
];

fn error(status: StatusCode, is_error: bool) -> Option<ErrorType> {
    match status {
        StatusCode::DeadlineExceeded => Some(ErrorType::Timeout),
        StatusCode::Cancelled => Some(ErrorType::Cancelled),
        _ => is_error.then_some(ErrorType::Status),
    }
}

/// Asserts that both sides agree on the status, and that each counts its own errors.
async fn assert_both(recorded: &crate::grpc::recorded::Recorded, method: &'static str, code: i32) {
    until_idle().await;
    let status = StatusCode::from(Code::from_i32(code));
    // A method that the response calls unimplemented does not count as one of the server's.
    let method = if status == StatusCode::Unimplemented && method == RESERVE {
        glyph_runtime::grpc::OTHER
    } else {
        method
    };
    let servers = SERVERS_FAULT.contains(&status);
    recorded.assert_served(Ended {
        method,
        status,
        error: error(status, servers),
    });
    recorded.assert_called(Ended {
        method,
        status,
        error: error(status, true),
    });
    let failed = (Status::error(""), status.as_str().to_owned());
    let fine = (Status::Unset, String::new());
    assert_eq!(recorded.error(&SpanKind::Client), failed, "{status:?}");
    let served = if servers { failed } else { fine };
    assert_eq!(recorded.error(&SpanKind::Server), served, "{status:?}");
}

#[tokio::test]
async fn response_without_messages_has_its_status_in_headers() {
    for code in 1..=16 {
        let recorded = record();
        let mut client = measured(serve().await).await;
        let failed = client
            .unary(text(&format!("fail {code}")), path(RESERVE), Text)
            .await
            .unwrap_err();
        assert_eq!(failed.code(), Code::from_i32(code));
        assert_both(&recorded, RESERVE, code).await;
    }
}

#[tokio::test]
async fn stream_has_its_status_in_trailers() {
    for code in 1..=16 {
        let recorded = record();
        let mut client = measured(serve().await).await;
        let answer = client
            .server_streaming(text(&format!("2 fail {code}")), path(WATCH), Text)
            .await;
        let mut messages = answer.unwrap().into_inner();
        messages.message().await.unwrap().unwrap();
        messages.message().await.unwrap().unwrap();
        let failed = messages.message().await.unwrap_err();
        assert_eq!(failed.code(), Code::from_i32(code));
        assert_both(&recorded, WATCH, code).await;
    }
}
