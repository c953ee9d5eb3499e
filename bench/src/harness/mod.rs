//! Measurement of subjects and output of the figures.

pub(crate) mod child;
pub(crate) mod load;
pub(crate) mod package;
pub(crate) mod report;
pub(crate) mod resident;
pub(crate) mod rounds;
