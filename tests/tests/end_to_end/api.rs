//! The HTTP API of Prometheus, which other storages have too.

use std::{collections::BTreeMap, net::SocketAddr};

use serde_json::Value;
use ureq::Agent;

use crate::http;

pub(crate) type Labels = BTreeMap<String, String>;

/// The samples of a series: time in milliseconds since the Unix epoch, and value.
pub(crate) type Samples = Vec<(i64, f64)>;

pub(crate) struct Api {
    address: SocketAddr,
    agent: Agent,
}

impl Api {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let agent = http::agent();
        Self { address, agent }
    }

    /// Returns the result of an instant query, now or at a time.
    pub(crate) fn query(
        &self,
        promql: &str,
        time: Option<i64>,
    ) -> Result<Vec<(Labels, f64)>, String> {
        let time = time.map(seconds);
        let time = time.as_deref().map(|time| ("time", time));
        let parameters: Vec<_> = [("query", promql)].into_iter().chain(time).collect();
        let data = self.ask("query", &parameters)?;
        let samples = array(&data["result"]).iter().map(|sample| {
            let (_, value) = self::sample(&sample["value"]);
            (labels(&sample["metric"]), value)
        });
        Ok(samples.collect())
    }

    /// Returns the samples that a range selector selects at a time, without rounding their times.
    pub(crate) fn samples(
        &self,
        selector: &str,
        time: i64,
    ) -> Result<Vec<(Labels, Samples)>, String> {
        let data = self.ask("query", &[("query", selector), ("time", &seconds(time))])?;
        Ok(series(&data))
    }

    /// Returns the values of a query in each second of a range.
    pub(crate) fn range(
        &self,
        promql: &str,
        start: i64,
        end: i64,
    ) -> Result<Vec<(Labels, Samples)>, String> {
        let (start, end) = (seconds(start), seconds(end));
        let data = self.ask(
            "query_range",
            &[
                ("query", promql),
                ("start", &start),
                ("end", &end),
                ("step", "1"),
            ],
        )?;
        Ok(series(&data))
    }

    /// Returns the data of a response.
    pub(crate) fn ask(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let body = self.get(&format!("/api/v1/{endpoint}"), parameters)?;
        match serde_json::from_str::<Value>(&body) {
            Ok(mut answer) if answer["status"] == "success" => Ok(answer["data"].take()),
            _ => Err(body),
        }
    }

    /// Returns the body of a response.
    pub(crate) fn get(&self, path: &str, parameters: &[(&str, &str)]) -> Result<String, String> {
        let url = format!("http://{}{path}", self.address);
        let request = self.agent.get(url).query_pairs(parameters.iter().copied());
        let mut response = request.call().map_err(|error| error.to_string())?;
        let body = response.body_mut().read_to_string();
        body.map_err(|error| error.to_string())
    }
}

/// Returns a time in seconds, as the API reads it.
fn seconds(milliseconds: i64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

fn series(data: &Value) -> Vec<(Labels, Samples)> {
    let series = array(&data["result"]).iter().map(|series| {
        let samples = array(&series["values"]).iter().map(sample);
        (labels(&series["metric"]), samples.collect())
    });
    series.collect()
}

fn sample(pair: &Value) -> (i64, f64) {
    #[expect(clippy::cast_possible_truncation, reason = "times of this century fit")]
    let time = (pair[0].as_f64().unwrap() * 1000.0).round() as i64;
    (time, text(&pair[1]).parse().unwrap())
}

pub(crate) fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(crate) fn labels(object: &Value) -> Labels {
    let labels = object.as_object().into_iter().flatten();
    labels
        .map(|(name, value)| (name.clone(), text(value).to_owned()))
        .collect()
}
