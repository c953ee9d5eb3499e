//! A gateway and its worker: tenants, one trace, and a worker that cannot be reached.

use glyph_tests::wait;

use crate::service::{SILENT, Service, is_of_speech, said, speak};

const TENANTS: [[&str; 2]; 2] = [
    ["tenant_id=\"acme-corp\"", "campaign_id=\"curse-of-strahd\""],
    [
        "tenant_id=\"globex\"",
        "campaign_id=\"storm-kings-thunder\"",
    ],
];

#[test]
fn sessions_characters_and_participants_belong_to_their_tenants() {
    let worker = Service::worker(&[]);
    let gateway = worker.gateway(&["--speed", "20"]);
    assert_ne!(worker.process.id(), gateway.process.id());
    for tenant in TENANTS {
        for (gauge, number) in [("sessions", 3), ("npcs", 3), ("participants", 5)] {
            let gauge = format!("glyphoxa_active_{gauge}");
            wait::until(&format!("{gauge} of {tenant:?} is {number}"), || {
                worker.sum(&gauge, &tenant) == number
            });
        }
        wait::until(&format!("{tenant:?} has answers"), || {
            worker.sum("glyphoxa_npc_utterances_total", &tenant) > 0
        });
        assert!(worker.sum("glyphoxa_llm_duration_seconds_count", &tenant) > 0);
    }
    assert_eq!(
        gateway.sum("glyphoxa_npc_utterances_total", &[]),
        0,
        "the worker counts them"
    );
    assert_eq!(gateway.sum("glyphoxa_gateway_worker_up", &[]), 1);
    let lines = gateway.stop();
    let problems = lines.iter().filter(|line| line["level"] != "INFO");
    assert_eq!(problems.count(), 0, "{lines:#?}");
    // The sessions end with the gateway, for each tenant.
    for gauge in ["sessions", "npcs", "participants"] {
        let gauge = format!("glyphoxa_active_{gauge}");
        wait::until(&format!("{gauge} is 0"), || worker.sum(&gauge, &[]) == 0);
    }
    worker.stop();
}

#[test]
fn process_without_tenants_has_no_labels_of_them() {
    let all = Service::start(&SILENT);
    let response = all.speak(&said("Open the gate."));
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(all.sum("glyphoxa_npc_utterances_total", &[]), 1);
    let page = all.page().page;
    assert!(
        !page.contains("tenant_id") && !page.contains("campaign_id"),
        "{page}"
    );
    all.stop();
}

#[test]
fn request_of_a_tenant_is_one_trace_in_both_processes() {
    let worker = Service::worker(&[]);
    let gateway = worker.gateway(&SILENT);
    let headers = "x-tenant-id: umbra\r\nx-campaign-id: night\r\n";
    let response = speak(&gateway.address, headers, &said("What is 6 * 7?")).unwrap();
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.json()["reply"], "6 * 7 is 42.");
    let labels = ["tenant_id=\"umbra\"", "campaign_id=\"night\""];
    assert_eq!(worker.sum("glyphoxa_npc_utterances_total", &labels), 1);
    let route = "path=\"/api/v1/npcs/{npc_id}/speak\"";
    let of_tenant = [labels[0], labels[1], route];
    assert_eq!(
        gateway.sum("glyphoxa_http_request_duration_seconds_count", &of_tenant),
        1
    );
    let quiet = speak(&gateway.address, headers, &said(" "));
    assert!(quiet.is_some_and(|response| [200, 422].contains(&response.status)));
    let [here, there] = [gateway, worker].map(Service::stop);
    let line = here.iter().find(|line| is_of_speech(line)).unwrap();
    let answered = there
        .iter()
        .find(|line| line["msg"] == "utterance answered")
        .unwrap();
    assert_eq!(line["trace_id"], answered["trace_id"]);
    assert_eq!(line["request_id"], answered["request_id"]);
    assert_eq!(answered["tenant_id"], "umbra");
}

#[test]
fn gateway_without_its_worker_says_so() {
    let worker = Service::worker(&[]);
    let gateway = worker.gateway(&["--fault", "worker", "--speed", "0.1"]);
    let response = gateway.speak(&said("Open the gate."));
    assert_eq!(response.status, 503, "{}", response.text());
    let report = gateway.readiness(503);
    assert!(report.contains("\"worker\":\"fail"), "{report}");
    assert!(gateway.sum("glyphoxa_gateway_interrupted_conversations_total", &[]) > 0);
    let lines = gateway.stop();
    let told = lines
        .iter()
        .find(|line| line["msg"] == "worker unreachable")
        .unwrap();
    assert_eq!(told["level"], "ERROR");
    worker.stop();
}
