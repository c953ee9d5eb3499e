//! Database systems.

/// A database system (OpenTelemetry semantic conventions, `db.system.name`).
///
/// ```
/// use glyph_runtime::database::System;
///
/// assert_eq!(System::SqlServer.as_str(), "microsoft.sql_server");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum System {
    /// Apache Cassandra
    Cassandra,
    /// `ClickHouse`
    Clickhouse,
    /// `CockroachDB`
    Cockroachdb,
    /// Amazon `DynamoDB`
    Dynamodb,
    /// Elasticsearch
    Elasticsearch,
    /// `MariaDB`
    Mariadb,
    /// Memcached
    Memcached,
    /// `MongoDB`
    Mongodb,
    /// `MySQL`
    Mysql,
    /// Neo4j
    Neo4j,
    /// `OpenSearch`
    Opensearch,
    /// Oracle Database
    Oracle,
    /// `PostgreSQL`
    Postgresql,
    /// Redis, and servers with its protocol
    Redis,
    /// Microsoft SQL Server
    SqlServer,
    /// `SQLite`
    Sqlite,
    /// Another SQL database
    OtherSql,
}

impl System {
    /// All systems.
    pub const ALL: [Self; 17] = [
        Self::Cassandra,
        Self::Clickhouse,
        Self::Cockroachdb,
        Self::Dynamodb,
        Self::Elasticsearch,
        Self::Mariadb,
        Self::Memcached,
        Self::Mongodb,
        Self::Mysql,
        Self::Neo4j,
        Self::Opensearch,
        Self::Oracle,
        Self::Postgresql,
        Self::Redis,
        Self::SqlServer,
        Self::Sqlite,
        Self::OtherSql,
    ];

    /// Returns the label value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cassandra => "cassandra",
            Self::Clickhouse => "clickhouse",
            Self::Cockroachdb => "cockroachdb",
            Self::Dynamodb => "aws.dynamodb",
            Self::Elasticsearch => "elasticsearch",
            Self::Mariadb => "mariadb",
            Self::Memcached => "memcached",
            Self::Mongodb => "mongodb",
            Self::Mysql => "mysql",
            Self::Neo4j => "neo4j",
            Self::Opensearch => "opensearch",
            Self::Oracle => "oracle.db",
            Self::Postgresql => "postgresql",
            Self::Redis => "redis",
            Self::SqlServer => "microsoft.sql_server",
            Self::Sqlite => "sqlite",
            Self::OtherSql => "other_sql",
        }
    }
}
