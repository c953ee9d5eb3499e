//! Profiles of the running program, in pprof's format.
//!
//! With the feature `profile`, the admin listener serves the paths that Go's programs have, so that pprof,
//! Pyroscope and Grafana Alloy can ask for them:
//!
//! | path | response |
//! |---|---|
//! | `/debug/pprof/profile?seconds=10` | where the program spends processor time |
//! | `/debug/pprof/heap` | what holds the memory that is in use |
//! | `/debug/pprof/allocs` | what has allocated memory since the start |
//!
//! ```console
//! $ go tool pprof -http : 'http://127.0.0.1:9464/debug/pprof/profile?seconds=10'
//! ```
//!
//! [The console](crate::console) draws a CPU profile as a flame graph.
//!
//! # Processor time
//!
//! Nothing is sampled unless a request asks for it, for [`MAX_SECONDS`] at most. One profile is taken
//! at a time in a process: a second request gets a 409. A client that disconnects ends its profile, and so does
//! the shutdown.
//!
//! The timer of the operating system interrupts a running thread 100 times for each second of processor time.
//! The stack is read by the tables for unwinding, so a program needs no frame pointers. Names of functions come
//! from the symbols of the executable: a program that is stripped has none. Lines come from its debug
//! information. This works on Linux and macOS with `x86_64` and `aarch64`. Elsewhere the response is a 501.
//!
//! - The first profile makes a table of about 20 MB that stays, and needs a folder for temporary files.
//! - `SIGPROF` is used for it. A program that handles that signal itself loses its handler.
//! - A stack has at most 128 frames.
//! - On Linux with `aarch64`, a function that calls no other can be counted for its caller.
//!
//! # Memory
//!
//! The allocator counts, so the program has to choose jemalloc: the feature `profile-jemalloc`, which needs a C
//! compiler and make on Linux, and in the program:
//!
//! ```toml
//! [dependencies]
//! tikv-jemallocator = "0.7"
//! ```
//!
//! ```text
//! #[global_allocator]
//! static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
//! ```
//!
//! Then start it with `_RJEM_MALLOC_CONF=prof:true,prof_accum:true`. Without `prof_accum:true`, there is
//! `heap` and no `allocs`. jemalloc samples one allocation for each 512 KiB, which `lg_prof_sample` changes.
//! Otherwise the response is a 501 with the reason.
//!
//! # Who may ask
//!
//! The requests that are admitted are those of the console. On a loopback address nothing else is needed. On
//! another address, requests need the [admin token](crate::TelemetryBuilder::admin_token), and get a 401 without
//! it. A request whose `Host` is neither a loopback name, nor the address of the listener, nor named by
//! [`profile_host`](crate::TelemetryBuilder::profile_host), gets a 403, and so does that of another site's page.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::Telemetry;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop").listener(([127, 0, 0, 1], 0)).install()?;
//! let address = telemetry.local_addr().ok_or("no listener")?;
//! let response = ureq::get(format!("http://{address}/debug/pprof/profile?seconds=61")).call();
//! assert_eq!(response.unwrap_err().to_string(), "http status: 400");
//! let report = telemetry.shutdown_blocking(Duration::from_secs(5));
//! assert!(report.is_complete(), "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! A program with a listener of its own mounts [`Telemetry::profile_router`](crate::Telemetry::profile_router).

#[cfg(not(all(feature = "profile-jemalloc", target_os = "linux")))]
#[path = "no_memory.rs"]
mod memory;
#[cfg(all(feature = "profile-jemalloc", target_os = "linux"))]
mod memory;
mod routes;
mod running;
#[cfg(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod sampling;
#[cfg(not(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
#[path = "no_sampling.rs"]
mod sampling;
mod seconds;
#[cfg(feature = "console")]
mod tree;
mod unavailable;

pub(crate) use routes::routes;
pub(crate) use running::Profiles;

/// The most seconds of one CPU profile.
pub const MAX_SECONDS: u64 = 60;

/// The seconds of a CPU profile whose request has no `seconds`.
pub const DEFAULT_SECONDS: u64 = 10;
