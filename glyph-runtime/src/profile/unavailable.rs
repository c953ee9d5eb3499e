//! Why there is no profile.

use axum::http::StatusCode;

/// Why a request gets no profile.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unavailable {
    #[error("{0}")]
    Invalid(String),
    #[error("request of another site: send it from the console or a program")]
    OtherSite,
    #[error("a profile is being taken: try again when it has ended")]
    Running,
    #[error("the program shuts down")]
    ShutDown,
    #[error("cannot take a profile: {0}")]
    Failed(String),
    #[error("{0}")]
    Unsupported(&'static str),
}

impl Unavailable {
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::OtherSite => StatusCode::FORBIDDEN,
            Self::Running => StatusCode::CONFLICT,
            Self::ShutDown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unsupported(_) => StatusCode::NOT_IMPLEMENTED,
        }
    }
}
