//! Gauges that an exporter on each host would have: the used part of the disk, and the time until a
//! certificate ends.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use x509_parser::pem::parse_x509_pem;

use crate::telemetry::{Certificate, ServiceMetrics, Volume};

/// Exposes how full the disk with this file is.
pub(crate) fn disk(file: &Path) {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).to_owned();
    let volume = folder.display().to_string();
    let used = move || used(&folder).unwrap_or(f64::NAN);
    let gauge = &ServiceMetrics::global().disk_usage;
    gauge.read_from(Volume { volume: &volume }, used).forever();
}

/// Returns the used fraction of the room that a user has, as `df` does.
fn used(folder: &Path) -> Option<f64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let used = disk.f_blocks.checked_sub(disk.f_bfree)?;
    let all = used.checked_add(disk.f_bavail)?;
    let parts = used.checked_mul(10_000)?.checked_div(all)?;
    Some(f64::from(u32::try_from(parts).ok()?) / 10_000.0)
}

/// Exposes the time until a certificate ends. The file is read again each time, so a new one is seen.
pub(crate) fn certificate(file: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let Some(file) = file else {
        return Ok(());
    };
    // An error now is that of the option.
    lifetime(file)?;
    let (name, file) = (file.display().to_string(), file.to_owned());
    let gauge = &ServiceMetrics::global().certificate_lifetime;
    let labels = Certificate { certificate: &name };
    let left = move || lifetime(&file).unwrap_or(f64::NAN);
    gauge.read_from(labels, left).forever();
    Ok(())
}

/// Returns the seconds until the first certificate of a file ends, negative after its end.
fn lifetime(file: &Path) -> Result<f64, Box<dyn Error>> {
    let text = fs::read(file)?;
    let (_, pem) = parse_x509_pem(&text).map_err(|error| error.to_string())?;
    let end = pem.parse_x509()?.validity().not_after.timestamp();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let left = end.saturating_sub(i64::try_from(now)?);
    // A certificate for more than 68 years has that many left.
    let left = i32::try_from(left).unwrap_or(if left > 0 { i32::MAX } else { i32::MIN });
    Ok(f64::from(left))
}
