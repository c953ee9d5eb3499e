//! The game data that the tools use.

pub(crate) mod dice;
pub(crate) mod spellbook;
