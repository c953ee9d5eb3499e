//! The catalog of the service, and its counts.

use glyph_runtime::{Counter, Gauge, Histogram, LabelSet, metric_catalog};

use crate::key_value_service::{ledger::Ended, protocol::Verb};

#[derive(LabelSet)]
pub(crate) struct Finished<'a> {
    #[label(max = 8)]
    pub(crate) server: &'a str,
    pub(crate) command: Verb,
    pub(crate) status: Ended,
}

#[derive(LabelSet)]
pub(crate) struct Running<'a> {
    #[label(max = 8)]
    pub(crate) server: &'a str,
    pub(crate) command: Verb,
}

#[metric_catalog(namespace = "key_value", stages = stage)]
pub(crate) struct ServiceMetrics {
    /// Time that requests took.
    #[metric(name = "request.duration", unit = seconds, buckets = [1ms, 10ms, 100ms, 1s])]
    #[stage(
        request,
        requests = requests,
        errors = errors,
        in_flight = in_flight,
        labels(server: &str, command: Verb)
    )]
    pub(crate) duration: Histogram<Finished<'_>>,
    /// Requests that ended.
    pub(crate) requests: Counter<Finished<'_>>,
    /// Requests that failed.
    #[metric(name = "request.errors")]
    pub(crate) errors: Counter<Running<'_>>,
    /// Requests under way.
    #[metric(name = "requests.in_flight")]
    pub(crate) in_flight: Gauge<Running<'_>>,
}

/// The counts of one server, by command in the order of [`Verb::ALL`].
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// Requests by end, in the order of [`Ended::ALL`].
    requests: [[u64; 5]; 4],
    durations: [[u64; 5]; 4],
    errors: [u64; 4],
    in_flight: [f64; 4],
}

impl Tally {
    pub(crate) fn of(server: &str) -> Self {
        let metrics = ServiceMetrics::global();
        let finished = |command, status| Finished {
            server,
            command,
            status,
        };
        let by_end = |count: &dyn Fn(Finished<'_>) -> u64| {
            Verb::ALL.map(|verb| Ended::ALL.map(|ended| count(finished(verb, ended))))
        };
        let running = |command| Running { server, command };
        Self {
            requests: by_end(&|labels| metrics.requests.value(labels)),
            durations: by_end(&|labels| metrics.duration.snapshot(labels).count()),
            errors: Verb::ALL.map(|verb| metrics.errors.value(running(verb))),
            in_flight: Verb::ALL.map(|verb| metrics.in_flight.value(running(verb))),
        }
    }

    /// Returns the counts that these requests leave.
    pub(crate) fn expected(ended: impl IntoIterator<Item = (Verb, Ended)>) -> Self {
        let mut tally = Self::default();
        for (verb, ended) in ended {
            let verb = Verb::ALL.iter().position(|one| *one == verb).unwrap();
            let end = Ended::ALL.iter().position(|one| *one == ended).unwrap();
            *tally.requests.get_mut(verb).unwrap().get_mut(end).unwrap() += 1;
            *tally.errors.get_mut(verb).unwrap() += u64::from(ended.is_error());
        }
        tally.durations = tally.requests;
        tally
    }

    /// Returns the number of requests in flight.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of requests are integers, and a negative one fails the comparison"
    )]
    pub(crate) fn running(&self) -> usize {
        self.in_flight.iter().sum::<f64>() as usize
    }

    /// Returns the number of requests that ended this way.
    pub(crate) fn ended(&self, ended: Ended) -> u64 {
        let end = Ended::ALL.iter().position(|one| *one == ended).unwrap();
        let ends = self.requests.iter().filter_map(|ends| ends.get(end));
        ends.sum()
    }
}
