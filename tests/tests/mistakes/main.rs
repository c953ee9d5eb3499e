//! Invalid code does not compile, and the README is true.

mod compile_fail;
mod readme;
