//! The rate limit, counted by a process or by a Redis that several share.

use std::time::Duration;

use crate::{model::Peer, redis::Redis, service::Service};

fn limited(proxy: &Service) -> f64 {
    proxy.page().sum("ibex_proxy_rate_limited_total", &[])
}

#[test]
fn organization_beyond_its_limit_is_told_to_wait() {
    let peer = Peer::start(Duration::ZERO);
    let auth = Service::auth(&[]);
    let own = [
        "--upstream-url",
        &peer.url,
        "--rate-limit",
        "2",
        "--rate-window",
        "3600",
    ];
    let proxy = auth.proxy(&own);
    let statuses = [0; 4].map(|_| proxy.complete("token-acme").status);
    assert_eq!(statuses, [200, 200, 429, 429]);
    assert_eq!(proxy.complete("token-umbra").status, 200);
    let response = proxy.complete("token-acme");
    assert!(response.text.contains("retry-after: 3600"), "{response:?}");
    assert!((limited(&proxy) - 3.0).abs() < f64::EPSILON);
    assert_eq!(peer.counts().requests, 3);
    let lines = proxy.stop();
    let org_id = "0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10";
    for message in ["rate limited", "request completed"] {
        let line = lines.iter().find(|line| line["message"] == message);
        assert_eq!(line.unwrap()["org_id"], org_id, "{message}");
    }
}

#[test]
fn fault_of_the_limit_leaves_one_request() {
    let auth = Service::auth(&[]);
    let proxy = auth.proxy(&["--fault", "rate-limit"]);
    let statuses = [0; 3].map(|_| proxy.complete("token-acme").status);
    assert_eq!(statuses, [200, 429, 429]);
    assert!((limited(&proxy) - 2.0).abs() < f64::EPSILON);
}

#[test]
fn two_proxies_share_a_limit_in_redis() {
    let peer = Peer::start(Duration::ZERO);
    let redis = Redis::start();
    let auth = Service::auth(&[]);
    let url = format!("redis://{}", redis.address);
    let own = [
        "--upstream-url",
        &peer.url,
        "--redis-url",
        &url,
        "--rate-limit",
        "3",
    ];
    let proxies = [auth.proxy(&own), auth.proxy(&own)];
    let statuses = [0, 1, 0, 1, 0].map(|index: usize| proxies[index].complete("token-acme").status);
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert_eq!(redis.counted(), 5);
    let calls: f64 = proxies
        .iter()
        .map(|proxy| {
            let page = proxy.page();
            let name = "db_client_operation_duration_seconds_count";
            page.sum(name, &["db_operation_name=\"INCR\"", "error_type=\"\""])
        })
        .sum();
    assert!((calls - 5.0).abs() < f64::EPSILON, "{calls}");
    // Redis ends: requests go on without a limit, and both proxies say so.
    drop(redis);
    for proxy in &proxies {
        assert_eq!(proxy.complete("token-acme").status, 200);
        let open = proxy
            .page()
            .sum("ibex_proxy_rate_limit_fail_open_total", &[]);
        assert!((open - 1.0).abs() < f64::EPSILON, "{open}");
    }
    for lines in proxies.map(Service::stop) {
        let warned = lines
            .iter()
            .filter(|line| line["message"] == "Redis fail-open");
        assert!(warned.count() >= 1, "{lines:#?}");
    }
}
