//! Nothing. The test `corpus` compiles the crate in `base/` with the libraries that cargo builds for this package.
