//! Libraries that send exports, and requests of the program as well.

/// Events of these libraries below `WARN` describe their internals, and only matter to someone who
/// debugs them.
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

/// Returns the library of a target, if it is one of these.
pub(crate) fn transport(target: &str) -> Option<&'static str> {
    let library = target.split("::").next()?;
    TRANSPORTS.into_iter().find(|known| *known == library)
}
