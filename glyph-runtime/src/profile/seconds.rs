//! How long a CPU profile takes.

use std::time::Duration;

use super::{DEFAULT_SECONDS, MAX_SECONDS, unavailable::Unavailable};
use crate::request::Query;

/// Returns the `seconds` of a query, or the default.
pub(super) fn duration(query: Option<&str>) -> Result<Duration, Unavailable> {
    let allowed = format!("an integer from 1 to {MAX_SECONDS}");
    let query = Query::parse(query);
    let seconds = query.parsed::<u64>("seconds", &allowed);
    let seconds = seconds.map_err(Unavailable::Invalid)?;
    let seconds = seconds.unwrap_or(DEFAULT_SECONDS);
    if !(1..=MAX_SECONDS).contains(&seconds) {
        let text = format!("invalid `seconds`: use {allowed}");
        return Err(Unavailable::Invalid(text));
    }
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::duration;

    #[test]
    fn seconds_are_from_one_to_sixty() {
        let seconds = |query: Option<&str>| duration(query).map_err(|error| error.to_string());
        assert_eq!(seconds(None), Ok(Duration::from_secs(10)));
        assert_eq!(seconds(Some("seconds=1")), Ok(Duration::from_secs(1)));
        assert_eq!(
            seconds(Some("debug=0&seconds=60")),
            Ok(Duration::from_secs(60))
        );
        for invalid in ["0", "61", "-1", "1.5", "ten", "1s", "18446744073709551616"] {
            let expected = "invalid `seconds`: use an integer from 1 to 60".to_owned();
            let query = format!("seconds={invalid}");
            assert_eq!(seconds(Some(&query)), Err(expected), "{invalid}");
        }
    }
}
