//! The ids of the request that the running code is part of.

mod carried;
mod correlation;
mod reserved;

pub use carried::{CarriedIdError, CarriedIds};
#[cfg(feature = "grpc")]
pub(crate) use carried::{check_name, is_value};
pub(crate) use correlation::Correlation;
pub use correlation::RequestId;
pub(crate) use reserved::{MESSAGE, RESERVED};
