//! HTTP and gRPC layers of servers and clients, and services made of them.

mod axum_handlers;
mod control_fields;
mod grpc;
mod http;
mod key_value_service;
mod records;
mod sampling;
mod services;
mod table;
