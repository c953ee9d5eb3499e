//! What the file of settings says.

use glyph_runtime::Label;

/// How fast the service speaks.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(serde)]
pub enum Pace {
    Slow,
    Fast,
}
