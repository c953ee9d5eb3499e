//! The endpoint that shows and sets the filter of the log.

use std::{str, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{
        Method, StatusCode,
        header::{ALLOW, CACHE_CONTROL, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
    routing::any,
};
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use super::token::Token;

/// The most bytes of a filter.
const LONGEST: usize = 4096;
/// The response of a program without a log.
const NO_LOG: &str = "this program has no log\n";
/// The time limit of a body.
const BODY_LIMIT: Duration = Duration::from_secs(10);

/// A filter that can be read and replaced.
pub(crate) trait ChangeFilter: Send + Sync + 'static {
    /// Returns the directives. `None` without a log.
    fn text(&self) -> Option<String>;

    /// Replaces the directives, and returns those before. Returns the reason if the directives are
    /// invalid.
    fn set(&self, directives: &str) -> Result<String, String>;
}

#[cfg(feature = "log")]
impl ChangeFilter for crate::log::LogFilters {
    fn text(&self) -> Option<String> {
        self.text()
    }

    fn set(&self, directives: &str) -> Result<String, String> {
        self.set(directives).map_err(|error| error.to_string())
    }
}

/// Returns the endpoint `/log/filter`, for requests with the token.
pub(crate) fn changes(filter: Option<Arc<dyn ChangeFilter>>, token: Option<Token>) -> Router {
    let respond = move |request: Request| async move {
        match denied(&request, token.as_ref()) {
            Some(denied) => denied,
            None => respond(request, filter.as_deref()).await,
        }
    };
    Router::new().route("/log/filter", any(respond))
}

type Text = (StatusCode, String);

fn denied(request: &Request, token: Option<&Token>) -> Option<Response> {
    let Some(token) = token else {
        let text = "set GLYPH_ADMIN_TOKEN or `.admin_token(..)` to enable this endpoint\n";
        return Some((StatusCode::FORBIDDEN, text).into_response());
    };
    (!token.admits(request.headers())).then(|| {
        let challenge = [(WWW_AUTHENTICATE, "Bearer")];
        let text = "send `Authorization: Bearer` with the admin token\n";
        (StatusCode::UNAUTHORIZED, challenge, text).into_response()
    })
}

async fn respond(request: Request, filter: Option<&dyn ChangeFilter>) -> Response {
    let Some(filter) = filter.filter(|filter| filter.text().is_some()) else {
        return (StatusCode::NOT_FOUND, NO_LOG).into_response();
    };
    let text = match *request.method() {
        Method::GET | Method::HEAD => shown(filter),
        Method::PUT => changed(request.into_body(), filter).await,
        _ => {
            let allowed = [(ALLOW, "GET, HEAD, PUT")];
            let text = "only GET, HEAD and PUT are allowed\n";
            return (StatusCode::METHOD_NOT_ALLOWED, allowed, text).into_response();
        }
    };
    ([(CACHE_CONTROL, "no-store")], text.into_response()).into_response()
}

fn shown(filter: &dyn ChangeFilter) -> Text {
    (StatusCode::OK, filter.text().unwrap_or_default() + "\n")
}

async fn changed(body: Body, filter: &dyn ChangeFilter) -> Text {
    let invalid = |text: &str| (StatusCode::BAD_REQUEST, text.to_owned());
    let read = timeout(BODY_LIMIT, to_bytes(body, LONGEST)).await;
    let Ok(read) = read else {
        let text = "filter not received within 10 seconds: send it at once\n";
        return (StatusCode::REQUEST_TIMEOUT, text.to_owned());
    };
    let bytes = match read.map_err(axum::Error::into_inner) {
        Ok(bytes) => bytes,
        Err(error) if error.is::<LengthLimitError>() => {
            let text = "filter too long: use at most 4096 bytes\n";
            return (StatusCode::PAYLOAD_TOO_LARGE, text.to_owned());
        }
        Err(_) => return invalid("cannot read the filter: send it again\n"),
    };
    let Ok(directives) = str::from_utf8(&bytes).map(str::trim) else {
        return invalid("invalid filter: use UTF-8\n");
    };
    if directives.is_empty() {
        return invalid("missing filter: send directives such as `info,shop=debug`\n");
    }
    match filter.set(directives) {
        Ok(before) => {
            tracing::info!(
                target: "audit",
                action = "set log filter",
                before,
                filter = directives,
                "log filter changed by a request to the admin listener"
            );
            shown(filter)
        }
        Err(error) => invalid(&(error + "\n")),
    }
}
