//! What this process holds in memory.

use std::fs;

use crate::Result;

const STATUS: &str = "/proc/self/status";

/// Bytes of anonymous resident memory: heap, stacks and static data, without the program's own
/// code, whose pages come in whenever something runs for the first time.
pub(crate) fn anonymous_bytes() -> Result<u64> {
    let status = fs::read_to_string(STATUS)
        .map_err(|error| format!("{STATUS}: {error}; memory is measured on Linux only"))?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:")?.strip_suffix("kB"))
        .ok_or_else(|| format!("{STATUS} has no RssAnon line; Linux 4.5 or newer has one"))?;
    Ok(kibibytes.trim().parse::<u64>()? * 1024)
}
