//! A setting is a closed label, from a string, a file or the command line.

use clap::Parser;
use glyph_runtime::Label;
use serde::{Deserialize, Serialize};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(serde)]
enum Provider {
    Deepgram,
    #[label(name = "openai")]
    OpenAi,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Settings {
    provider: Provider,
}

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(long)]
    provider: Provider,
}

#[test]
fn label_in_a_file_is_its_value() {
    let settings = Settings {
        provider: Provider::OpenAi,
    };
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(json, r#"{"provider":"openai"}"#);
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
    let yaml: Settings = yaml_serde::from_str("provider: deepgram").unwrap();
    assert_eq!(yaml.provider, Provider::Deepgram);
}

#[test]
fn unknown_value_in_a_file_is_an_error_with_the_allowed_values() {
    let error = serde_json::from_str::<Settings>(r#"{"provider": "deepgran"}"#).unwrap_err();
    let expected = "`deepgran` is not a value of label `provider`; did you mean `deepgram`? \
                    allowed: deepgram, openai at line 1 column 23";
    assert_eq!(error.to_string(), expected);
    let error = serde_json::from_str::<Settings>(r#"{"provider": 7}"#).unwrap_err();
    let expected = "invalid type: integer `7`, expected a value of label `provider`";
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[test]
fn argument_that_is_no_value_is_an_error_with_the_allowed_values() {
    let parsed = Arguments::try_parse_from(["app", "--provider", "openai"]).unwrap();
    assert_eq!(parsed.provider, Provider::OpenAi);
    let error = Arguments::try_parse_from(["app", "--provider", "openia"]).unwrap_err();
    let expected = "`openia` is not a value of label `provider`; did you mean `openai`? allowed: deepgram, openai";
    assert!(error.to_string().contains(expected), "{error}");
}
