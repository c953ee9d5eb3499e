//! Tests of glyph.
