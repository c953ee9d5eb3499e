//! Configuration from the environment and the command line.
//!
//! A setting has the first value found in:
//!
//! 1. the command line ([`TelemetryArgs`], feature `cli`),
//! 2. the builder,
//! 3. the signal's own variable (`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`),
//! 4. the general variable,
//! 5. the program's aliases and then its defaults,
//! 6. glyph's default.
//!
//! An empty variable counts as not set (OpenTelemetry specification, "Environment Variable
//! Specification").
//!
//! An invalid value is an error that names the variable, the value and what is allowed. Where the
//! specification requires to ignore it, it is a [`ConfigWarning`], which
//! [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) logs. An invalid value of an
//! alias is always an error, because the alias is the program's own. [`table`] lists all variables.
//! A variable of the specification that glyph does not support is a [`ConfigWarning`] as well, and
//! so is one of a feature that is not enabled.
//!
//! ```
//! use glyph_runtime::config::{Environment, Setting};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let configuration = Environment::new(|name| match name {
//!     "OTEL_SERVICE_NAME" => Some("proxy-eu".to_owned()),
//!     "IBEX_ENV" => Some("staging".to_owned()),
//!     _ => None,
//! })
//! .alias("IBEX_ENV", Setting::DeploymentEnvironment)
//! .read("proxy")?;
//! assert_eq!(configuration.service, "proxy-eu");
//! assert_eq!(configuration.environment.as_deref(), Some("staging"));
//! # Ok(())
//! # }
//! ```

mod environment;
mod error;
mod features;
mod reading;
mod setting;
mod signals;
mod specification;
mod table;
mod values;

pub use environment::{Configuration, Environment};
pub use error::{ConfigError, ConfigWarning};
pub use setting::{ExemplarFilter, Propagator, Setting};
#[cfg(feature = "cli")]
pub use signals::args::{Headers, TelemetryArgs};
pub use table::table;
