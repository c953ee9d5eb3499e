//! stand-in
/// stand-in
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// t
    Text,
    /// o
    OpenMetrics,
}
