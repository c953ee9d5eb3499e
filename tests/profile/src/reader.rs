//! A reader of pprof's format, by the published fields of `profile.proto`. It shares no code with the writer.

use std::{
    collections::{BTreeSet, HashMap},
    io::Read,
};

use flate2::read::GzDecoder;
use prost::Message;

#[derive(Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    kind: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    locations: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    values: Vec<i64>,
}

#[derive(Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(message, repeated, tag = "4")]
    lines: Vec<Line>,
}

#[derive(Message)]
struct Line {
    #[prost(uint64, tag = "1")]
    function: u64,
}

#[derive(Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
}

#[derive(Message)]
struct Encoded {
    #[prost(message, repeated, tag = "1")]
    sample_types: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    locations: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    functions: Vec<Function>,
    #[prost(string, repeated, tag = "6")]
    strings: Vec<String>,
    #[prost(int64, tag = "10")]
    duration_nanos: i64,
    #[prost(int64, tag = "12")]
    period: i64,
}

/// A profile with the names of its functions.
#[derive(Debug)]
pub struct Profile {
    /// The kinds and units of values.
    pub sample_types: Vec<(String, String)>,
    /// The stacks, innermost function first, with their values.
    pub samples: Vec<(Vec<String>, Vec<i64>)>,
    /// How long it took, in nanoseconds.
    pub duration_nanos: i64,
    /// The time between two samples, in nanoseconds.
    pub period: i64,
}

impl Profile {
    /// Reads a profile that is compressed with gzip.
    ///
    /// # Panics
    ///
    /// Panics if it is not a profile, or names something that it does not have.
    #[must_use]
    pub fn read(gzip: &[u8]) -> Self {
        let mut bytes = Vec::new();
        let mut decoder = GzDecoder::new(gzip);
        decoder.read_to_end(&mut bytes).expect("gzip");
        let encoded = Encoded::decode(bytes.as_slice()).expect("a profile");
        assert_eq!(
            encoded.strings.first().map(String::as_str),
            Some(""),
            "the first string"
        );
        let string = |index: i64| {
            let found = encoded.strings.get(usize::try_from(index).unwrap());
            found.expect("a string").clone()
        };
        let functions: HashMap<u64, String> = { encoded.functions.iter() }
            .map(|function| (function.id, string(function.name)))
            .collect();
        let locations: HashMap<u64, Vec<String>> = { encoded.locations.iter() }
            .map(|location| {
                let lines = location.lines.iter();
                let names =
                    lines.map(|line| functions.get(&line.function).expect("a function").clone());
                (location.id, names.collect())
            })
            .collect();
        let stack = |sample: &Sample| {
            sample
                .locations
                .iter()
                .flat_map(|id| locations.get(id).expect("a location").clone())
                .collect()
        };
        let kinds = encoded.sample_types.iter();
        Self {
            sample_types: kinds.map(|it| (string(it.kind), string(it.unit))).collect(),
            samples: { encoded.samples.iter() }
                .map(|sample| (stack(sample), sample.values.clone()))
                .collect(),
            duration_nanos: encoded.duration_nanos,
            period: encoded.period,
        }
    }

    /// Returns the sum of the first values.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.values().map(|(_, value)| value).sum()
    }

    /// Returns the functions with the sum of the first values of the stacks that they are in, most first.
    #[must_use]
    pub fn functions(&self) -> Vec<(String, i64)> {
        let mut sums = HashMap::<&str, i64>::new();
        for (stack, value) in self.values() {
            let once: BTreeSet<&String> = stack.iter().collect();
            for name in once {
                *sums.entry(name).or_default() += value;
            }
        }
        let mut sums: Vec<_> = sums
            .into_iter()
            .map(|(name, sum)| (name.to_owned(), sum))
            .collect();
        sums.sort_unstable_by_key(|(_, sum)| -sum);
        sums
    }

    /// Returns the sum of the first values of the stacks that a function with such a name is in.
    #[must_use]
    pub fn of(&self, part: &str) -> i64 {
        let has = |stack: &[String]| stack.iter().any(|name| name.contains(part));
        self.values()
            .filter(|(stack, _)| has(stack))
            .map(|(_, value)| value)
            .sum()
    }

    fn values(&self) -> impl Iterator<Item = (&Vec<String>, i64)> {
        self.samples
            .iter()
            .map(|(stack, values)| (stack, *values.first().expect("a value")))
    }
}
