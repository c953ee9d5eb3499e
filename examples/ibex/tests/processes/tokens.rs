//! Tokens that a subcommand creates.

use std::process::Command;

use glyph_tests::environment;

use crate::service::{PROGRAM, Service};

#[test]
fn created_tokens_are_known_to_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.sqlite");
    let file = file.to_str().unwrap();
    let mut command = Command::new(PROGRAM);
    environment::clean(&mut command).args(["token", "--database", file]);
    let output = command.args(["--org", "org-7", "--count", "3"]).output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    let tokens: Vec<_> = output.lines().collect();
    assert_eq!(tokens.len(), 3);
    let auth = Service::auth(&["--database", file]);
    let proxy = auth.proxy(&[]);
    for token in tokens {
        assert_eq!(proxy.complete(token).status, 200);
    }
    // Those of a temporary database are not in the file.
    assert_eq!(proxy.complete("token-acme").status, 401);
    proxy.stop();
    auth.stop();
}
