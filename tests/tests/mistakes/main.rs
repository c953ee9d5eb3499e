//! What must not compile does not, and what the README shows is so.

mod compile_fail;
mod readme;
