//! Responses are exactly what the description of the API says.

use glyph_runtime::{Telemetry, log::Output};
use glyph_tests::wait::until;
use serde_json::{Map, Value};

use crate::{
    client::get,
    page::SCRIPTS,
    program::{Order, Shop, pay, program, program_with_log, traced},
};

/// The description, and where it is broken.
struct Description {
    document: Value,
    wrong: Vec<String>,
}

impl Description {
    /// Compares a value with a schema (JSON Schema 2020-12, as far as the description uses it).
    fn compare(&mut self, value: &Value, schema: &Value, at: &str) {
        let resolved = self.resolved(schema);
        let types = match &resolved["type"] {
            Value::String(only) => vec![only.clone()],
            Value::Array(some) => some
                .iter()
                .map(|it| it.as_str().unwrap().to_owned())
                .collect(),
            other => panic!("{at}: a schema has the type {other}"),
        };
        if !types.iter().any(|name| has_type(value, name)) {
            self.wrong
                .push(format!("{at}: {value} is not of type {types:?}"));
        }
        if let Some(allowed) = resolved["enum"].as_array()
            && !allowed.contains(value)
        {
            self.wrong
                .push(format!("{at}: {value} is not one of {allowed:?}"));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.compare(item, &resolved["items"], &format!("{at}[{index}]"));
        }
        if let (Some(object), Some(properties)) =
            (value.as_object(), resolved["properties"].as_object())
        {
            self.compare_object(object, properties, &resolved, at);
        }
    }

    fn compare_object(
        &mut self,
        object: &Map<String, Value>,
        properties: &Map<String, Value>,
        schema: &Value,
        at: &str,
    ) {
        assert_eq!(schema["additionalProperties"], false, "{at}");
        for name in schema["required"].as_array().unwrap() {
            if !object.contains_key(name.as_str().unwrap()) {
                self.wrong.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, value) in object {
            match properties.get(name) {
                Some(schema) => self.compare(value, schema, &format!("{at}.{name}")),
                None => self.wrong.push(format!("{at}.{name} is not described")),
            }
        }
    }

    fn resolved(&self, schema: &Value) -> Value {
        match schema["$ref"].as_str() {
            Some(reference) => self
                .document
                .pointer(reference.trim_start_matches('#'))
                .unwrap()
                .clone(),
            None => schema.clone(),
        }
    }

    /// Returns the schema of a JSON response.
    fn schema(&self, path: &str) -> Value {
        let response = &self.document["paths"][path]["get"]["responses"]["200"];
        let schema = &response["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path} has no schema");
        schema.clone()
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    }
}

fn traffic(telemetry: &Telemetry) -> String {
    Shop::global().orders.inc(Order { item: "bread" });
    traced(telemetry, || {
        tracing::info_span!("checkout", order = 7).in_scope(|| {
            tracing::info!(items = 3, "checked");
            let _failed = pay("");
        });
    });
    telemetry.recent_traces()[0].id.clone()
}

#[test]
fn responses_have_what_is_described_and_no_more() {
    let (telemetry, address) = program_with_log(|program| {
        program
            .log(|log| log.output = Output::Writer(Box::new(std::io::sink())))
            .check("database", || async { Ok::<(), String>(()) })
    });
    let id = traffic(&telemetry);
    until("the lines are written", || {
        !get(address, "/api/v1/logs").json()["lines"][0].is_null()
    });
    let document = get(address, "/api/v1/openapi.json").json();
    let mut description = Description {
        document,
        wrong: Vec::new(),
    };
    let paths = description.document["paths"].as_object().unwrap().clone();
    let has_json = |responses: &Value| responses["200"]["content"]["application/json"].is_object();
    // The tests of profiles have a package of their own, which compares theirs.
    for (path, _) in paths
        .iter()
        .filter(|(path, it)| *path != "/api/v1/profile" && has_json(&it["get"]["responses"]))
    {
        let asked = match path.as_str() {
            "/api/v1/series" => "/api/v1/series?metric=console_shop_paying".to_owned(),
            "/api/v1/heatmap" => "/api/v1/heatmap?metric=console_shop_payment_seconds".to_owned(),
            other => other.replace("{id}", &id),
        };
        let response = get(address, &asked).json();
        let schema = description.schema(path);
        description.compare(&response, &schema, path);
    }
    assert!(description.wrong.is_empty(), "{:#?}", description.wrong);
}

#[test]
fn page_asks_for_described_paths_alone() {
    let (_telemetry, address) = program(|program| program);
    let document = get(address, "/api/v1/openapi.json").json();
    let script = SCRIPTS.map(|path| get(address, path).body).concat();
    let mut asked = 0;
    for found in script.split("/api/v1/").skip(1) {
        let name: String = found.chars().take_while(char::is_ascii_lowercase).collect();
        let path = format!("/api/v1/{name}");
        assert!(
            document["paths"][&path].is_object(),
            "{path} is not described"
        );
        asked += 1;
    }
    assert!(asked > 4, "the page asks for {asked} paths");
}
