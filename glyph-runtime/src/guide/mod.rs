#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/guide.md")]

// The pages link to each other's files. Here `links.md` comes first, and the first definition of a link
// counts, so they link to modules. Their code is tested by glyph-tests, which has what it needs.
macro_rules! pages {
    ($($page:ident: $file:literal,)+) => {
        $(
            #[doc = include_str!("links.md")]
            #[doc = include_str!(concat!("../../docs/", $file))]
            pub mod $page {}
        )+
    };
}

pages! {
    artifacts: "guide/artifacts.md",
    catalogs: "guide/catalogs.md",
    client_catalogs: "guide/client-catalogs.md",
    clients: "guide/clients.md",
    configuration: "configuration.md",
    console: "guide/console.md",
    consumers: "guide/consumers.md",
    endpoints: "guide/endpoints.md",
    ends: "ends.md",
    existing_tracing: "guide/existing-tracing.md",
    export: "guide/export.md",
    first_metric: "guide/first-metric.md",
    from_autometrics: "guide/from-autometrics.md",
    from_foundations: "guide/from-foundations.md",
    from_prometheus: "guide/from-prometheus.md",
    from_tracing: "guide/from-tracing.md",
    grpc: "guide/grpc.md",
    internal_metrics: "reference/glyph.md",
    jobs: "guide/jobs.md",
    libraries: "guide/libraries.md",
    limits: "guide/limits.md",
    logs: "guide/logs.md",
    metrics: "guide/metrics.md",
    monitoring: "guide/monitoring.md",
    objectives: "reference/objectives.md",
    peers: "guide/peers.md",
    production: "guide/production.md",
    secrets: "guide/secrets.md",
    sentry: "guide/sentry.md",
    services: "guide/services.md",
    spans: "guide/spans.md",
    stability: "stability.md",
    stages: "guide/stages.md",
    tenants: "guide/tenants.md",
    testing: "guide/testing.md",
    troubleshooting: "guide/troubleshooting.md",
    views: "guide/views.md",
}
