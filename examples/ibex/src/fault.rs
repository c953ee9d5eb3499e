//! The failures that the program can make happen.

use clap::ValueEnum;
use glyph_example_model as model;

/// A failure that `--fault` makes happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// The authentication's database stays locked by another connection.
    Database,
    /// The proxy calls the authentication service where nothing listens.
    Auth,
    /// The proxy asks a Redis where nothing listens, and does not limit requests.
    Redis,
    /// An organization may send one request in the window of the rate limit.
    RateLimit,
    /// The model answers the first attempt of a request with 503.
    Retry,
    /// The model answers with 429.
    ModelBusy,
    /// The model answers with 500.
    ModelFailing,
    /// The model's connection ends after two tokens.
    ModelCut,
    /// The model answers later than the proxy waits.
    ModelSlow,
}

impl Fault {
    /// Whether this is a failure of the authentication service.
    pub(crate) fn is_of_auth(self) -> bool {
        self == Self::Database
    }

    /// Returns the failure that the proxy asks the model for.
    pub(crate) const fn of_model(self) -> Option<model::Fault> {
        match self {
            Self::Retry => Some(model::Fault::Flaky),
            Self::ModelBusy => Some(model::Fault::Busy),
            Self::ModelFailing => Some(model::Fault::Failing),
            Self::ModelCut => Some(model::Fault::Cut),
            Self::ModelSlow => Some(model::Fault::Slow),
            Self::Database | Self::Auth | Self::Redis | Self::RateLimit => None,
        }
    }
}
