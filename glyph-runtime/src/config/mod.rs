//! What the environment and the command line say.
//!
//! A setting has its value from the first of: the command line ([`TelemetryArgs`], feature `cli`), the builder, the
//! signal's own variable (`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`), the general variable, the program's aliases, its
//! defaults, glyph's default. An empty variable counts as not set (OpenTelemetry specification, "Environment Variable
//! Specification").
//!
//! A value that cannot be is an error naming the variable, the value and what is allowed. Where the specification
//! wants it ignored, it is a [`ConfigWarning`] instead, which
//! [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) logs; an alias is the program's own and never
//! ignored. [`table`] has them all.
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

#[cfg(feature = "cli")]
mod args;
#[cfg(feature = "trace")]
mod endpoint;
mod environment;
mod error;
#[cfg(feature = "log")]
mod log;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod push;
mod setting;
mod table;
#[cfg(feature = "trace")]
mod trace;
mod values;

#[cfg(feature = "cli")]
pub use args::{Headers, TelemetryArgs};
pub use environment::{Configuration, Environment};
pub use error::{ConfigError, ConfigWarning};
pub use setting::{Propagator, Setting};
pub use table::table;
