//! The arguments of a tool.

use serde_json::Value;

use super::message::Error;

/// The arguments that a client sends.
pub(super) struct Arguments<'a>(&'a Value);

impl<'a> Arguments<'a> {
    /// # Errors
    ///
    /// Returns an error if there are arguments that the tool does not have, or if they are not an object.
    pub(super) fn of(params: &'a Value, allowed: &[&str]) -> Result<Self, Error> {
        static NONE: Value = Value::Null;
        let arguments = params.get("arguments").unwrap_or(&NONE);
        let names = match arguments {
            Value::Null => None,
            Value::Object(arguments) => Some(arguments.keys()),
            _ => return Err(Error::params("invalid `arguments`: use an object")),
        };
        if names
            .into_iter()
            .flatten()
            .any(|name| !allowed.contains(&name.as_str()))
        {
            let allowed = if allowed.is_empty() {
                "none".to_owned()
            } else {
                allowed.join(", ")
            };
            return Err(Error::params(&format!(
                "unknown argument: the tool has {allowed}"
            )));
        }
        Ok(Self(arguments))
    }

    /// Returns a string.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Error::params(&format!("invalid `{name}`: use a string"))),
        }
    }

    /// Returns an integer from 1 to `most`, or else `usual`.
    pub(super) fn number(&self, name: &str, usual: usize, most: usize) -> Result<usize, Error> {
        let value = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(usual),
            Some(value) => value.as_u64().and_then(|value| usize::try_from(value).ok()),
        };
        let value = value.filter(|value| (1..=most).contains(value));
        value.ok_or_else(|| {
            Error::params(&format!(
                "invalid `{name}`: use an integer from 1 to {most}"
            ))
        })
    }
}
