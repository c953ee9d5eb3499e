mod telemetry;

use glyph_runtime::instrument_stage;
use telemetry::stage;

struct Session;

#[instrument_stage(stage::connect, labels(port = 443), fields(session))]
fn shows_a_struct(session: Session) {}

#[instrument_stage(stage::connect, labels(port = 443), fields(%session))]
fn displays_a_struct(session: Session) {}

#[instrument_stage(stage::connect, labels(port = 443), parent = "root")]
fn below_a_name() {}

#[instrument_stage(stage::connect, labels(port = 443), links = [7])]
fn linked_to_a_number() {}

fn main() {}
