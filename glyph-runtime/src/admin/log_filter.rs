//! The endpoint that shows and sets the filter of the log.

use std::{str, sync::Arc};

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

use super::{
    limits::{ARRIVAL, BODY},
    token::Token,
};
use crate::request::Requester;

/// The response of a program that is built without a log.
const NO_LOG: &str = "missing log: enable the feature `log` of `glyph-runtime`";

/// A filter that can be read and replaced.
pub(crate) trait ChangeFilter: Send + Sync + 'static {
    /// Returns the directives, or the reason why there are none.
    fn text(&self) -> Result<String, String>;

    /// Replaces the directives, and returns those before. Returns the reason if the directives are
    /// invalid.
    fn set(&self, directives: &str) -> Result<String, String>;
}

#[cfg(feature = "log")]
impl ChangeFilter for crate::log::LogFilters {
    fn text(&self) -> Result<String, String> {
        let no_log = || crate::log::LogError::NoLog.to_string();
        self.text().ok_or_else(no_log)
    }

    fn set(&self, directives: &str) -> Result<String, String> {
        self.set(directives).map_err(|error| error.to_string())
    }
}

/// Stands for the log of a program that is built without one.
struct NoLog;

impl ChangeFilter for NoLog {
    fn text(&self) -> Result<String, String> {
        Err(NO_LOG.to_owned())
    }

    fn set(&self, _: &str) -> Result<String, String> {
        Err(NO_LOG.to_owned())
    }
}

/// Returns the endpoint `/log/filter`, for requests with the token.
pub(crate) fn changes(filter: Option<Arc<dyn ChangeFilter>>, token: Option<Token>) -> Router {
    let filter = filter.unwrap_or_else(|| Arc::new(NoLog));
    let respond = move |request: Request| async move {
        match denied(&request, token.as_ref()) {
            Some(denied) => denied,
            None => respond(request, &*filter).await,
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

async fn respond(request: Request, filter: &dyn ChangeFilter) -> Response {
    let text = match *request.method() {
        _ if filter.text().is_err() => shown(filter),
        Method::GET | Method::HEAD => shown(filter),
        Method::PUT => {
            let requester = Requester::of(request.extensions(), true);
            changed(request.into_body(), filter, requester).await
        }
        _ => {
            let allowed = [(ALLOW, "GET, HEAD, PUT")];
            let text = "only GET, HEAD and PUT are allowed\n";
            return (StatusCode::METHOD_NOT_ALLOWED, allowed, text).into_response();
        }
    };
    ([(CACHE_CONTROL, "no-store")], text.into_response()).into_response()
}

fn shown(filter: &dyn ChangeFilter) -> Text {
    match filter.text() {
        Ok(directives) => (StatusCode::OK, directives + "\n"),
        Err(reason) => (StatusCode::NOT_FOUND, reason + "\n"),
    }
}

async fn changed(body: Body, filter: &dyn ChangeFilter, requester: Requester) -> Text {
    let invalid = |text: &str| (StatusCode::BAD_REQUEST, text.to_owned());
    let read = timeout(ARRIVAL, to_bytes(body, BODY)).await;
    let Ok(read) = read else {
        let text = format!("filter not received within {ARRIVAL:?}: send it at once\n");
        return (StatusCode::REQUEST_TIMEOUT, text);
    };
    let bytes = match read.map_err(axum::Error::into_inner) {
        Ok(bytes) => bytes,
        Err(error) if error.is::<LengthLimitError>() => {
            let text = format!("filter too long: use at most {BODY} bytes\n");
            return (StatusCode::PAYLOAD_TOO_LARGE, text);
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
            let how = "by a request to the admin listener";
            requester.audit_filter((&before, directives), how);
            shown(filter)
        }
        Err(error) => invalid(&(error + "\n")),
    }
}
