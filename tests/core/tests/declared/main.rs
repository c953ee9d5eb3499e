//! Expansions of declarations, attributes and blocks.

mod attribute_cases;
mod blocks;
pub mod declarations;
mod instrument_stage;
mod outcomes;
