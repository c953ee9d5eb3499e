//! What the tools know about the game.

pub(crate) mod dice;
pub(crate) mod spellbook;
