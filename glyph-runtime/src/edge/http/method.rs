//! The method of a request as a label.

use http::{Method as HttpMethod, request::Parts};

use crate::{
    Label,
    edge::{attributes::bounded, label_value},
};

/// The method of a request. A client can send any name, so all but the known ones are one value,
/// `_OTHER` (OpenTelemetry semantic conventions, `http.request.method`; RFC 9110, RFC 5789).
///
/// ```
/// use glyph_runtime::{Label, http::Method};
///
/// let brew = "BREW".parse::<::http::Method>()?;
/// assert_eq!(Method::from(&brew).as_str(), "_OTHER");
/// assert_eq!(Method::from(&::http::Method::GET).as_str(), "GET");
/// # Ok::<(), ::http::method::InvalidMethod>(())
/// ```
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate, rename_all = "UPPERCASE")]
pub enum Method {
    /// `CONNECT`
    Connect,
    /// `DELETE`
    Delete,
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
    /// `PATCH`
    Patch,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `TRACE`
    Trace,
    /// Any other method
    #[label(name = "_OTHER")]
    Other,
}

impl Method {
    /// Returns the label value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        label_value::at(Self::VALUES, self as usize)
    }

    /// Returns the method for the name of a span. An unknown one is `HTTP` (OpenTelemetry semantic
    /// conventions, "HTTP spans").
    pub(super) const fn in_name(self) -> &'static str {
        match self {
            Self::Other => "HTTP",
            known => known.as_str(),
        }
    }
}

/// Returns an unknown method as the client sent it, for `http.request.method_original`.
pub(super) fn original(method: Method, request: &Parts) -> Option<&str> {
    (method == Method::Other).then(|| bounded(request.method.as_str()))
}

impl From<&HttpMethod> for Method {
    fn from(method: &HttpMethod) -> Self {
        match *method {
            HttpMethod::CONNECT => Self::Connect,
            HttpMethod::DELETE => Self::Delete,
            HttpMethod::GET => Self::Get,
            HttpMethod::HEAD => Self::Head,
            HttpMethod::OPTIONS => Self::Options,
            HttpMethod::PATCH => Self::Patch,
            HttpMethod::POST => Self::Post,
            HttpMethod::PUT => Self::Put,
            HttpMethod::TRACE => Self::Trace,
            _ => Self::Other,
        }
    }
}
