//! The moments.

#[cfg(unix)]
mod fork;
mod locals;

use std::{env, panic, sync::OnceLock, thread, time::Duration};

use glyph_runtime::{
    Telemetry,
    http::ClientMetrics,
    log::{Audit, Output},
    telemetry::TelemetryBuilder,
    trace::StageSpans,
};

use crate::{
    check,
    telemetry::{Metrics, TenantContext},
};

/// The time limit of a shutdown.
const LONG: Duration = Duration::from_secs(10);

pub(crate) fn run(moment: &str, output: &str) {
    match moment {
        "before install" => before_install(output),
        "locals of threads" => locals::of_threads(output),
        "locals around spans" => locals::around_spans(output),
        "locals around spans of a layer" => locals::around_spans_of_a_layer(output),
        "local after OpenTelemetry" => locals::after_opentelemetry(output),
        "locals of the main thread" => locals::of_the_main_thread(output),
        "panic hook" => panic_hook(output),
        "after shutdown" => after_shutdown(output),
        #[cfg(unix)]
        "fork" => fork::in_a_child(output),
        #[cfg(unix)]
        "fork during a scrape" => fork::during_a_scrape(),
        #[cfg(unix)]
        "fork with a listener" => fork::with_a_listener(),
        #[cfg(unix)]
        "fork with an endpoint" => fork::with_an_endpoint(output),
        other => panic!("unknown moment `{other}`"),
    }
}

static TELEMETRY: OnceLock<Telemetry> = OnceLock::new();

/// Returns the telemetry, if it is installed.
pub(crate) fn telemetry() -> Option<&'static Telemetry> {
    TELEMETRY.get()
}

/// Returns the kind of spans that the tests have chosen for stages.
fn kind() -> StageSpans {
    if env::var_os("GLYPH_TEST_RECORDS").is_some() {
        StageSpans::Records
    } else {
        StageSpans::Tracing
    }
}

/// Installs a telemetry that stays until the process ends.
fn install(output: &str) -> &'static Telemetry {
    install_with(output, |builder| builder)
}

/// As [`install`], with a change of the builder.
fn install_with(
    output: &str,
    change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
) -> &'static Telemetry {
    // Nothing else is recorded for these tenants while a call is checked.
    for tenant in ["a", "b"] {
        let _ = TenantContext { tenant }.labels();
    }
    let _ = ClientMetrics::global();
    let log = output.to_owned();
    let audit = format!("{output}.audit");
    TELEMETRY.get_or_init(|| {
        change(Telemetry::builder("life"))
            .catalog(Metrics::global())
            .without_listener()
            .traces(|traces| traces.stages = kind())
            .log(move |settings| {
                settings.output = Output::File(log.into());
                settings.audit = Some(Audit::file(audit));
            })
            .install()
            .unwrap()
    })
}

fn before_install(output: &str) {
    check("before install");
    thread::spawn(|| check("thread before install"))
        .join()
        .unwrap();
    let telemetry = install(output);
    check("after install");
    thread::spawn(|| check("thread after install"))
        .join()
        .unwrap();
    assert!(telemetry.shutdown_blocking(LONG).undelivered().is_none());
}

/// The hook makes the calls while a panic starts, inside of a span.
fn panic_hook(output: &str) {
    let telemetry = install(output);
    panic::set_hook(Box::new(|_| check("panic hook")));
    let panics = || tracing::info_span!("around").in_scope(|| panic!("the program fails"));
    let ended = [
        panic::catch_unwind(panics).is_err(),
        thread::spawn(panics).join().is_err(),
    ];
    assert_eq!(ended, [true; 2]);
    let _hook = panic::take_hook();
    assert!(telemetry.shutdown_blocking(LONG).undelivered().is_none());
}

fn after_shutdown(output: &str) {
    let telemetry = install(output);
    let _open = tracing::info_span!("open").entered();
    let report = telemetry.shutdown_blocking(LONG);
    println!("report: {report}");
    check("after shutdown");
    thread::spawn(|| check("thread after shutdown"))
        .join()
        .unwrap();
    locals::of_one_thread("local after shutdown");
}
