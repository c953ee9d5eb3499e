//! Memory of this process.

use std::fs;

use crate::Result;

const STATUS: &str = "/proc/self/status";

/// Returns the bytes of anonymous resident memory: heap, stacks and static data. The program's own
/// code does not count, because its pages become resident when the code first runs.
pub(crate) fn anonymous_bytes() -> Result<u64> {
    let status = fs::read_to_string(STATUS)
        .map_err(|error| format!("{STATUS}: {error}; memory is measured on Linux only"))?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:")?.strip_suffix("kB"))
        .ok_or_else(|| format!("{STATUS} has no RssAnon line; Linux 4.5 or newer has one"))?;
    Ok(kibibytes.trim().parse::<u64>()? * 1024)
}
