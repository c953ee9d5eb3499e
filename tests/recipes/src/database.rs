use glyph_runtime::{CallStatus, Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

/// The queries of a program.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// Finds a user.
    FindUser,
    /// Inserts a user.
    InsertUser,
}

/// The labels of a query that has ended.
#[derive(LabelSet)]
pub struct QueryEnd {
    /// The query.
    pub query: Query,
    /// The outcome.
    pub status: CallStatus,
}

/// The labels of a running query.
#[derive(LabelSet)]
pub struct OpenQuery {
    /// The query.
    pub query: Query,
}

/// The metrics of queries.
#[metric_catalog(namespace = "shop.db", stages = stage)]
pub struct DbMetrics {
    /// Time of a query.
    #[metric(name = "query.duration", unit = seconds, buckets = [1ms, 5ms, 25ms, 100ms, 500ms, 2s])]
    #[stage(query, requests = queries, in_flight = running_queries, labels(query: Query))]
    pub query_duration: Histogram<QueryEnd>,
    /// Queries, by outcome.
    pub queries: Counter<QueryEnd>,
    /// Queries that are running.
    pub running_queries: Gauge<OpenQuery>,
    /// Connections of the pool.
    pub connections: Gauge,
}
