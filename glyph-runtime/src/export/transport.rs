//! Libraries that exports pass through, and the program's own requests as well.

/// What they say below a warning is of their own making, and of interest to who looks into them.
const TRANSPORTS: [&str; 10] = [
    "h2",
    "hyper",
    "hyper_rustls",
    "hyper_util",
    "opentelemetry",
    "opentelemetry_sdk",
    "reqwest",
    "rustls",
    "tonic",
    "tower",
];

/// The library that a target belongs to, if it is one of these.
pub(crate) fn transport(target: &str) -> Option<&'static str> {
    let library = target.split("::").next()?;
    TRANSPORTS.into_iter().find(|known| *known == library)
}
