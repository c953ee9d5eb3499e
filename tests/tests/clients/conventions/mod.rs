//! Catalogs for HTTP, gRPC, databases, messaging and generative AI, compared with OpenTelemetry's semantic conventions: the
//! constants of their crate, and the files of their model in `model/`.

mod catalogs;
mod constants;
mod declared;
mod model;
