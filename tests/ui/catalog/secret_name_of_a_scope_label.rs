use glyph_runtime::{Counter, metric_catalog};

mod rejected {
    use super::*;

    #[metric_catalog(namespace = "shop", scope(tenant_id: max 10, session_token: max 10))]
    pub struct Metrics {
        /// Calls.
        pub calls: Counter,
    }
}

mod accepted {
    use super::*;

    #[metric_catalog(namespace = "shop", scope(tenant_id: max 10, #[label(not_secret)] session_token: max 10))]
    pub struct Metrics {
        /// Calls.
        pub calls: Counter,
    }
}

mod named {
    use super::*;

    #[metric_catalog(namespace = "shop", scope(Tenant { jwt: max 10, #[label(not_secret)] bearer: max 10 }))]
    pub struct Metrics {
        /// Calls.
        pub calls: Counter,
    }
}

fn main() {}
