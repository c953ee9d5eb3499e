//! glyph.
