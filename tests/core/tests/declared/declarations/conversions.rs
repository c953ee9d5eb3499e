//! A closed label is read from a string and written as one.
#![expect(
    clippy::unwrap_used,
    reason = "a value in place of an error fails the test"
)]

use glyph_core::{CallStatus, Label, label::ParseLabelError};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Provider {
    Deepgram,
    #[label(name = "openai")]
    OpenAi,
}

/// A region, with a label name of its own.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(name = "cloud_region", rename_all = "kebab-case")]
enum Region {
    EuWest,
    UsEast,
}

#[test]
fn each_value_is_read_from_what_it_is_written_as() {
    for provider in [Provider::Deepgram, Provider::OpenAi] {
        assert_eq!(provider.to_string().parse(), Ok(provider));
        assert_eq!(
            Provider::try_from(provider.to_string().as_str()),
            Ok(provider)
        );
    }
    assert_eq!("eu-west".parse(), Ok(Region::EuWest));
    assert_eq!("timeout".parse(), Ok(CallStatus::Timeout));
}

#[test]
fn width_and_alignment_apply_to_a_written_value() {
    assert_eq!(format!("[{:>8}]", Provider::OpenAi), "[  openai]");
}

#[test]
fn error_names_the_label_the_nearest_value_and_all_values() {
    let message = |text: &str| text.parse::<Provider>().unwrap_err().to_string();
    assert_eq!(
        message("deepgran"),
        "`deepgran` is not a value of label `provider`; did you mean `deepgram`? allowed: deepgram, openai"
    );
    assert_eq!(
        message("azure"),
        "`azure` is not a value of label `provider`; allowed: deepgram, openai"
    );
    let error: ParseLabelError = "EU-WEST".parse::<Region>().unwrap_err();
    assert_eq!(error.label(), "cloud_region");
    assert_eq!(error.values(), ["eu-west", "us-east"]);
    assert_eq!(error.nearest(), Some("eu-west"));
}

#[test]
fn error_shows_a_hostile_string_escaped_and_cut() {
    let hostile = format!("\u{1b}[2J\n{}", "x".repeat(100_000));
    let message = hostile.parse::<Provider>().unwrap_err().to_string();
    assert!(
        message.starts_with(r"`\u{1b}[2J\nxxx"),
        "unexpected start: {message}"
    );
    assert!(message.len() < 200, "{} bytes", message.len());
}

mod written_by_hand {
    //! An enum with conversions of its own.

    use std::{convert::Infallible, fmt, str::FromStr};

    use glyph_core::Label;

    /// A plan with a name for people.
    #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
    #[label(skip(Display, FromStr, TryFrom))]
    enum Plan {
        Free,
        Paid,
    }

    impl fmt::Display for Plan {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(match self {
                Self::Free => "Free of charge",
                Self::Paid => "Paid",
            })
        }
    }

    impl FromStr for Plan {
        type Err = Infallible;

        fn from_str(text: &str) -> Result<Self, Infallible> {
            Ok(Self::from(text))
        }
    }

    impl From<&str> for Plan {
        fn from(text: &str) -> Self {
            if text == "free" {
                Self::Free
            } else {
                Self::Paid
            }
        }
    }

    #[test]
    fn skipped_traits_are_left_to_the_user() {
        assert_eq!(Plan::Free.to_string(), "Free of charge");
        assert_eq!("gold".parse(), Ok(Plan::Paid));
        assert_eq!(Plan::VALUES, Some(["free", "paid"].as_slice()));
    }
}
