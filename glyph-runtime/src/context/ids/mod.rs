//! The ids of the request that the running code is part of.

mod carried;
mod correlation;
mod reserved;

pub use carried::{CarriedIdError, CarriedIds};
pub(crate) use correlation::Correlation;
pub use correlation::RequestId;
pub(crate) use reserved::{MESSAGE, RESERVED};
