//! Methods of features that are not enabled: a call does not compile, and the error names the feature.
//!
//! For a module, rustc names the feature by itself.

/// Declares a trait that no type implements, and methods that require it.
///
/// `for<'never>` delays the check of the requirement to the calls. Arguments have no requirement of
/// their own, so a call has this one error.
macro_rules! left_out {
    ($feature:ident: $message:literal, $note:literal; $($type:ident {
        $($method:ident($($argument:ident),*) -> $returned:ty;)+
    })+) => {
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "this method is part of the feature",
            note = $note
        )]
        #[doc(hidden)]
        pub trait $feature {
            #[doc(hidden)]
            fn left_out(&self) -> !;
        }

        $(impl crate::$type {
            $(
                #[doc(hidden)]
                pub fn $method(&self, $($argument: impl Sized),*) -> $returned
                where
                    for<'never> Self: $feature,
                {
                    $(let _ = $argument;)*
                    self.left_out()
                }
            )+
        })+
    };
}

#[cfg(not(feature = "admin"))]
left_out! {
    Admin: "glyph-runtime was compiled without the feature `admin`",
        "add it in Cargo.toml: `features = [\"admin\"]`";
    TelemetryBuilder {
        check(name, check) -> Self;
        check_with_timeout(name, timeout, check) -> Self;
        check_interval(interval) -> Self;
        listener(address) -> Self;
        admin_token(token) -> Self;
        without_listener() -> Self;
    }
    Telemetry {
        router() -> !;
        health() -> !;
        local_addr() -> !;
        start_draining() -> !;
        until_signal(drain) -> !;
    }
}

#[cfg(not(feature = "artifacts"))]
left_out! {
    Artifacts: "glyph-runtime was compiled without the feature `artifacts`",
        "add it in Cargo.toml: `features = [\"artifacts\"]`";
    Telemetry {
        artifacts() -> !;
    }
}

#[cfg(not(feature = "cli"))]
left_out! {
    Cli: "glyph-runtime was compiled without the feature `cli`",
        "add it in Cargo.toml: `features = [\"cli\"]`";
    TelemetryBuilder {
        arguments(arguments) -> Self;
    }
}

#[cfg(not(feature = "console"))]
left_out! {
    Console: "glyph-runtime was compiled without the feature `console`",
        "add it in Cargo.toml: `features = [\"console\"]`";
    TelemetryBuilder {
        console(is_on) -> Self;
        console_memory(bytes) -> Self;
        console_shortened(factor) -> Self;
        console_host(host) -> Self;
        console_program(origin) -> Self;
        console_reader(origin) -> Self;
        listener_for_console() -> Self;
    }
}

#[cfg(not(feature = "log"))]
left_out! {
    Log: "glyph-runtime was compiled without the feature `log`",
        "add it in Cargo.toml: `features = [\"log\"]`";
    TelemetryBuilder {
        log(change) -> Self;
        without_log() -> Self;
        without_log_bridge() -> Self;
        without_panic_log() -> Self;
    }
    Telemetry {
        log() -> !;
        log_filter() -> !;
        set_log_filter(directives) -> !;
    }
}

#[cfg(not(feature = "metrics"))]
left_out! {
    Metrics: "glyph-runtime was compiled without the feature `metrics`",
        "add it in Cargo.toml: `features = [\"metrics\"]`";
    TelemetryBuilder {
        without_facade() -> Self;
    }
}

#[cfg(not(feature = "process"))]
left_out! {
    Process: "glyph-runtime was compiled without the feature `process`",
        "add it in Cargo.toml: `features = [\"process\"]`";
    TelemetryBuilder {
        tokio_runtime(runtime) -> Self;
        without_process() -> Self;
    }
}

#[cfg(not(feature = "profile"))]
left_out! {
    Profile: "glyph-runtime was compiled without the feature `profile`",
        "add it in Cargo.toml: `features = [\"profile\"]`";
    TelemetryBuilder {
        profile_host(host) -> Self;
    }
    Telemetry {
        profile_router(listener) -> !;
    }
}

#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
left_out! {
    OtlpMetrics: "glyph-runtime was compiled without the features `otlp-http` and `otlp-grpc`",
        "add one of them in Cargo.toml: `features = [\"otlp-http\"]`";
    TelemetryBuilder {
        metrics_otlp(change) -> Self;
        without_metrics_otlp() -> Self;
    }
    Telemetry {
        metrics_otlp() -> !;
    }
}

#[cfg(not(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http"))))]
left_out! {
    OtlpLogs: "glyph-runtime was compiled without `log`, or without `otlp-http` and `otlp-grpc`",
        "add both in Cargo.toml: `features = [\"log\", \"otlp-http\"]`";
    TelemetryBuilder {
        logs_otlp(change) -> Self;
        without_logs_otlp() -> Self;
    }
    Telemetry {
        logs_otlp() -> !;
    }
}

#[cfg(not(feature = "trace"))]
left_out! {
    Trace: "glyph-runtime was compiled without the feature `trace`",
        "add it in Cargo.toml: `features = [\"trace\"]`";
    TelemetryBuilder {
        traces(change) -> Self;
        without_traces() -> Self;
        span_level(level) -> Self;
        span_target(target, level) -> Self;
    }
    Telemetry {
        traces() -> !;
        recent_traces() -> !;
        show_traces(pipeline) -> !;
    }
}
