//! Artifacts of the metrics of the process and of its tokio runtime.

use glyph_runtime::{
    artifacts::Artifacts,
    process::{ProcessMetrics, TokioMetrics},
};

use crate::promtool::agrees;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn promtool_agrees_with_the_rules_of_the_process() {
    agrees(&Artifacts::of::<ProcessMetrics>().and::<TokioMetrics>());
}
