//! More tenants than there is room for.

use glyph_runtime::{Status, Telemetry, expose::Format, testing};

use crate::catalog::{Ended, StormMetrics, Tenant};

/// The page as this thread sees it.
fn page() -> String {
    let telemetry = Telemetry::builder("storm")
        .catalog(StormMetrics::global())
        .build();
    telemetry.unwrap().page(Format::Text)
}

fn lines<'page>(page: &'page str, name: &str) -> Vec<&'page str> {
    let is_of = |line: &&str| line.split(['{', ' ']).next() == Some(name);
    page.lines().filter(is_of).collect()
}

#[test]
fn five_thousand_tenants_at_a_bound_of_one_thousand_are_a_thousand_and_one_series() {
    let _captured = testing::capture();
    let metrics = StormMetrics::global();
    for round in 1..=3 {
        for tenant in 0..5000 {
            let tenant_id = format!("tenant-{tenant}");
            Tenant { tenant_id }.in_scope(|| {
                metrics.requests.inc();
                metrics.ended.inc(Ended { status: Status::Ok });
            });
        }
        let page = page();
        let requests = lines(&page, "storm_requests_total");
        let of_tenants = requests.iter().filter(|line| line.contains("tenant_id"));
        assert_eq!(of_tenants.count(), 1001);
        for tenant in 0..1000 {
            let line = format!("storm_requests_total{{tenant_id=\"tenant-{tenant}\"}} {round}");
            assert!(requests.contains(&line.as_str()), "{line}");
        }
        let other = format!(
            "storm_requests_total{{tenant_id=\"other\"}} {}",
            4000 * round
        );
        assert!(requests.contains(&other.as_str()));
        // Both values of the closed label are there for each tenant.
        let ended = lines(&page, "storm_ended_total");
        assert_eq!(
            ended
                .iter()
                .filter(|line| line.contains("tenant_id"))
                .count(),
            2 * 1001
        );
        let overflow = format!(
            "glyph_label_overflow_total{{metric=\"storm_requests\",label=\"tenant_id\"}} {}",
            4000 * round
        );
        assert!(page.contains(&overflow), "{overflow}");
    }
}
