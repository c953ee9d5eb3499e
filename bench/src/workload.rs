//! The workload of every subject: the same labels and values in the same order.

/// The first label.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(crate) const ALL: [Self; 6] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Head => "head",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }
}

/// The second label.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Status {
    Ok,
    ClientError,
    ServerError,
}

impl Status {
    pub(crate) const ALL: [Self; 3] = [Self::Ok, Self::ClientError, Self::ServerError];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ClientError => "client_error",
            Self::ServerError => "server_error",
        }
    }
}

/// The labels of one operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels {
    pub(crate) method: Method,
    pub(crate) status: Status,
}

/// Number of series of the two labels.
pub(crate) const COMBINATIONS: usize = Method::ALL.len() * Status::ALL.len();

impl Labels {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Method::ALL.into_iter().flat_map(|method| {
            Status::ALL
                .into_iter()
                .map(move |status| Self { method, status })
        })
    }

    /// Returns the index in `all`.
    pub(crate) const fn index(self) -> usize {
        self.method as usize * Status::ALL.len() + self.status as usize
    }

    /// Returns the same labels as variants of a subject's enums, given in this order.
    #[expect(
        clippy::indexing_slicing,
        reason = "the arrays are as long as the enums have variants"
    )]
    pub(crate) fn pick<M: Copy, S: Copy>(
        self,
        methods: [M; Method::ALL.len()],
        statuses: [S; Status::ALL.len()],
    ) -> (M, S) {
        (
            methods[self.method as usize],
            statuses[self.status as usize],
        )
    }
}

/// Upper bounds of the ten buckets, in seconds.
pub(crate) const BUCKETS: [f64; 10] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The same bounds in whole microseconds, for a subject that counts those.
pub(crate) const BUCKETS_MICROSECONDS: [u64; 10] = [
    10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
];

/// Converts seconds to whole microseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the workload's values are positive and below twenty seconds"
)]
pub(crate) const fn microseconds(seconds: f64) -> u64 {
    (seconds * 1e6) as u64
}

/// Number of operations in a pass: too many for a branch predictor to learn, few enough for the
/// first-level cache.
const PASS: usize = 1024;

/// Returns the labels and the value of each operation of a pass.
pub(crate) fn operations() -> impl Iterator<Item = (Labels, f64)> {
    let combinations: Vec<Labels> = Labels::all().collect();
    let mut random = SplitMix(0x0067_6c79_7068);
    std::iter::repeat_with(move || {
        let pick = usize::try_from(random.next() % 18).ok()?;
        let labels = combinations.get(pick).copied()?;
        Some((labels, seconds(random.next())))
    })
    .flatten()
    .take(PASS)
}

/// Spreads random bits evenly over the orders of magnitude from 5 ms to 15 s, so that every bucket
/// gets values, including the one above the highest bound.
fn seconds(bits: u64) -> f64 {
    let share = f64::from((bits >> 32) as u32) / f64::from(u32::MAX);
    0.005 * 3000_f64.powf(share)
}

/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

/// Calls `visit` with the value of the open label of each of `series` series.
pub(crate) fn for_each_id(series: u32, mut visit: impl FnMut(&str)) {
    use std::fmt::Write;

    let mut id = String::new();
    for number in 0..series {
        id.clear();
        // Writing to a string cannot fail.
        let _ = write!(id, "series-{number:06}");
        visit(&id);
    }
}

/// Returns the first `count` values of the sequence.
pub(crate) fn values(count: usize) -> Vec<f64> {
    operations()
        .map(|(_, seconds)| seconds)
        .take(count)
        .collect()
}
