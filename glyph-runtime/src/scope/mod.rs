//! Labels that come from what the running code is part of: see [`ScopeLabels`].

pub(crate) mod labels;

pub use labels::{InScope, IntoScopeLabels, ScopeLabels, ScopeValue};
