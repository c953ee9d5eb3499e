//! Procedural macros of glyph.
