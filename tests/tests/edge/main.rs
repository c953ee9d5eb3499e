//! The layers around HTTP and gRPC servers and clients, and services made of them.

mod grpc;
mod http;
mod key_value_service;
#[expect(dead_code, reason = "this collector always does what it is asked to")]
#[path = "../otlp_receiver/mod.rs"]
mod otlp_receiver;
mod services;
