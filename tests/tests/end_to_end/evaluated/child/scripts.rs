//! What each example records when all goes well, and when all goes wrong.

use std::time::Duration;

use glyph_runtime::{
    CallStatus, Status, TelemetryBuilder,
    artifacts::Artifacts,
    http::{ClientMetrics, ErrorType, Method},
    label::SampledId,
};

use crate::catalogs::{
    glyphoxa::{self, VoiceMetrics},
    gospelib::{self, ServiceMetrics},
    ibex, voxray,
    xgen::{self, BusMetrics},
};

/// A part of the script.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Phase {
    Good,
    Bad,
}

/// An example.
pub(crate) struct Script {
    pub(crate) name: &'static str,
    pub(crate) artifacts: fn() -> Artifacts,
    pub(crate) catalogs: fn(TelemetryBuilder) -> TelemetryBuilder,
    pub(crate) step: fn(Phase),
}

pub(crate) const SCRIPTS: [Script; 5] = [
    Script {
        name: "glyphoxa",
        artifacts: glyphoxa::artifacts,
        catalogs: |builder| builder.catalog(VoiceMetrics::global()),
        step: voice,
    },
    Script {
        name: "voxray",
        artifacts: voxray::artifacts,
        catalogs: |builder| builder.catalog(voxray::Metrics::global()),
        step: calls_of_voxray,
    },
    Script {
        name: "xgen",
        artifacts: xgen::artifacts,
        catalogs: |builder| builder.catalog(BusMetrics::global()),
        step: plugins,
    },
    Script {
        name: "ibex",
        artifacts: ibex::artifacts,
        catalogs: |builder| builder.catalog(ibex::Metrics::global()),
        step: proxy,
    },
    Script {
        name: "gospelib",
        artifacts: gospelib::artifacts,
        catalogs: |builder| {
            let builder = builder.catalog(ServiceMetrics::global());
            builder.catalog(ClientMetrics::global())
        },
        step: services,
    },
];

impl Phase {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "bad" => Some(Self::Bad),
            "good" => Some(Self::Good),
            _ => None,
        }
    }

    fn is_bad(self) -> bool {
        self == Self::Bad
    }

    /// The calls of a step. The bad ones are soon most of them all.
    const fn calls(self) -> u32 {
        match self {
            Self::Good => 1,
            Self::Bad => 100,
        }
    }

    /// The calls of a step by their result. Prometheus sees no increase in the first sample of a series, so
    /// each series is there from the start.
    const fn results(self) -> [(bool, u32); 2] {
        match self {
            Self::Good => [(true, self.calls()), (false, 0)],
            Self::Bad => [(true, 0), (false, self.calls())],
        }
    }

    /// The calls of a step that fail.
    const fn failures(self) -> u32 {
        match self {
            Self::Good => 0,
            Self::Bad => self.calls(),
        }
    }

    /// The time of each call.
    const fn time(self) -> Duration {
        match self {
            Self::Bad => Duration::from_secs(8),
            Self::Good => Duration::from_millis(3),
        }
    }

    fn each(self, mut observe: impl FnMut(Duration)) {
        for _ in 0..self.calls() {
            observe(self.time());
        }
    }
}

fn voice(phase: Phase) {
    use glyphoxa::{HttpRequest, Kind, Provider, ProviderError, ProviderRequest, ToolCall};

    let metrics = VoiceMetrics::global();
    phase.each(|time| {
        metrics.stt_duration.observe(time);
        metrics.llm_duration.observe(time);
        metrics.tts_duration.observe(time);
        metrics.s2s_duration.observe(time);
        metrics.tool_execution_duration.observe(time);
        let request = HttpRequest {
            method: Method::Get,
            path: "/speak",
        };
        metrics.http_request_duration.observe(request, time);
    });
    for (is_ok, calls) in phase.results() {
        let status = if is_ok { Status::Ok } else { Status::Error };
        for kind in [Kind::Stt, Kind::Tts, Kind::Llm] {
            let request = ProviderRequest {
                provider: Provider::Embedded,
                kind,
                status,
            };
            metrics.provider_requests.add(request, calls);
        }
        let call = ToolCall {
            tool: "dice_roll",
            status,
        };
        metrics.tool_calls.add(call, calls);
    }
    for kind in [Kind::Stt, Kind::Tts, Kind::Llm] {
        let provider = Provider::Embedded;
        let error = ProviderError { provider, kind };
        metrics.provider_errors.add(error, phase.failures());
    }
    let (sessions, tasks) = if phase.is_bad() { (0, 2000) } else { (3, 10) };
    metrics.active_sessions.set(sessions);
    metrics.alive_tasks.set(tasks);
}

fn calls_of_voxray(phase: Phase) {
    use voxray::{llm, stt, tts};

    let metrics = voxray::Metrics::global();
    let session_id = SampledId::OUT;
    let status = if phase.is_bad() {
        CallStatus::Error
    } else {
        CallStatus::Ok
    };
    phase.each(|time| {
        let ended = stt::Ended {
            session_id,
            stage: stt::Stage::Stt,
            status,
            model: stt::Model::Embedded,
        };
        metrics.stt.whole.observe(ended, time);
        let ended = llm::Ended {
            session_id,
            stage: llm::Stage::Llm,
            status,
            model: llm::Model::Rules,
        };
        metrics.llm.whole.observe(ended, time);
        let ended = tts::Ended {
            session_id,
            stage: tts::Stage::Tts,
            status,
            model: tts::Model::Embedded,
        };
        metrics.tts.whole.observe(ended, time);
    });
    metrics.recording.jobs_enqueued.add(phase.calls());
    metrics
        .recording
        .queue_depth
        .set(if phase.is_bad() { 80 } else { 2 });
    failures_of_voxray(phase.failures());
}

fn failures_of_voxray(calls: u32) {
    use voxray::{llm, stt, tts, webrtc};

    let metrics = voxray::Metrics::global();
    let session_id = SampledId::OUT;
    metrics.recording.jobs_failed.add(calls);
    let failure = stt::Failure {
        error_type: stt::ErrorType::Unavailable,
        session_id,
        stage: stt::Stage::Stt,
        model: stt::Model::Embedded,
    };
    metrics.stt.errors.add(failure, calls);
    let failure = llm::Failure {
        error_type: llm::ErrorType::Timeout,
        session_id,
        stage: llm::Stage::Llm,
        model: llm::Model::Rules,
    };
    metrics.llm.errors.add(failure, calls);
    let failure = tts::Failure {
        error_type: tts::ErrorType::RateLimited,
        session_id,
        stage: tts::Stage::Tts,
        model: tts::Model::Embedded,
    };
    metrics.tts.errors.add(failure, calls);
    let failure = webrtc::Failure {
        reason: webrtc::Reason::IceTimeout,
        stage: webrtc::Stage::Transport,
    };
    metrics.webrtc.connection_failures.add(failure, calls);
}

fn plugins(phase: Phase) {
    use xgen::{Plugin, Response, StatusClass, Via};

    let metrics = BusMetrics::global();
    let plugin = || Plugin { plugin: "scanner" };
    phase.each(|time| metrics.plugin_event_duration.observe(plugin(), time));
    let via = Via::Proxy;
    for (is_ok, calls) in phase.results() {
        let class = if is_ok {
            StatusClass::Success
        } else {
            StatusClass::ServerError
        };
        metrics.http_requests.add(Response { via, class }, calls);
    }
    metrics.plugin_queue_capacity.set(plugin(), 100);
    let length = if phase.is_bad() { 95 } else { 5 };
    metrics.plugin_queue_length.set(plugin(), length);
}

fn proxy(phase: Phase) {
    use ibex::{CallFailed, Ended, Queried, Query, Route};

    let metrics = ibex::Metrics::global();
    let status = if phase.is_bad() {
        CallStatus::Error
    } else {
        CallStatus::Ok
    };
    phase.each(|time| {
        let route = Route {
            method: Method::Post,
            route: "/v1/messages",
        };
        metrics.proxy.request_duration.observe(route, time);
        let validated = &metrics.auth.validate_token_duration;
        validated.observe(Ended { status }, time);
        let query = Query::FindToken;
        let queried = Queried { query, status };
        metrics.db.query_duration.observe(queried, time);
    });
    metrics.process_up.set(1);
    metrics.proxy.rate_limit_fail_open.add(phase.failures());
    let error_type = ErrorType::Timeout;
    let failed = CallFailed { error_type };
    let errors = &metrics.proxy.upstream_errors;
    errors.add(failed, phase.failures());
}

fn services(phase: Phase) {
    use gospelib::{Certificate, Code, Request, Service, Volume};

    let metrics = ServiceMetrics::global();
    let service = "content";
    phase.each(|time| {
        let duration = &metrics.http_request_duration;
        duration.observe(Service { service }, time);
    });
    for (is_ok, calls) in phase.results() {
        let (code, status) = if is_ok {
            (Code::Success, CallStatus::Ok)
        } else {
            (Code::ServerError, CallStatus::Error)
        };
        let request = Request {
            service,
            code,
            status,
        };
        metrics.http_requests.add(request, calls);
    }
    let used = if phase.is_bad() { 95 } else { 20 };
    metrics.db_connections_max.set(100);
    metrics.db_connections.set(used);
    metrics.graph_memory_limit.set(100);
    metrics.graph_memory.set(used);
    let volume = Volume { volume: "/data" };
    metrics.disk_usage.set(volume, f64::from(used) / 100.0);
    let certificate = Certificate {
        certificate: "gateway",
    };
    let days = if phase.is_bad() { 2_u32 } else { 60 };
    metrics.certificate_lifetime.set(certificate, days * 86_400);
}
