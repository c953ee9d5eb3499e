use std::{fmt, future::pending, sync::atomic::AtomicUsize};

use tokio::{sync::Notify, time::Instant};

use super::*;

async fn fine() -> Result<(), String> {
    Ok(())
}

fn json(report: &Report) -> String {
    report.to_string()
}

#[tokio::test]
async fn checks_are_reported_in_registration_order() {
    let health = Health::builder()
        .check("zebra", fine)
        .check("database", || async { Err("connection refused") })
        .check("ant", fine)
        .build()
        .unwrap();
    let report = health.readiness().await;
    assert!(!report.is_ok());
    assert_eq!(
        json(&report),
        r#"{"status":"fail","checks":{"zebra":"ok","database":"fail: connection refused","ant":"ok"}}"#
    );
    let names: Vec<_> = report.checks().collect();
    assert_eq!(
        names,
        [
            ("zebra", Ok(())),
            ("database", Err("connection refused")),
            ("ant", Ok(()))
        ]
    );
}

#[tokio::test]
async fn report_without_checks_has_only_the_status() {
    let health = Health::builder().build().unwrap();
    assert_eq!(json(&health.readiness().await), r#"{"status":"ok"}"#);
    assert_eq!(json(&health.liveness()), r#"{"status":"ok"}"#);
}

#[test]
fn duplicate_check_name_is_rejected() {
    let error = Health::builder()
        .check("a", fine)
        .check("b", fine)
        .check("a", fine)
        .build();
    let error = error.unwrap_err();
    assert_eq!(error.name, "a");
    assert!(error.to_string().contains("`a`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn check_beyond_its_time_limit_fails() {
    let health = Health::builder()
        .check("hangs", pending::<Result<(), String>>)
        .check_with_timeout("impatient", Duration::from_millis(250), || async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok::<(), String>(())
        })
        .check("fine", fine)
        .interval(Duration::ZERO)
        .build()
        .unwrap();
    let begun = Instant::now();
    assert_eq!(
        json(&health.readiness().await),
        r#"{"status":"fail","checks":{"hangs":"fail: timed out after 5s","impatient":"fail: timed out after 250ms","fine":"ok"}}"#
    );
    assert_eq!(begun.elapsed(), DEFAULT_TIMEOUT);
    // The task was aborted: the next run starts the check again and does not report it as busy.
    let again = json(&health.readiness().await);
    assert!(again.contains("hangs\":\"fail: timed out"), "{again}");
}

#[tokio::test]
async fn panicking_check_fails() {
    let health = Health::builder()
        .check("inside", || async {
            assert!(std::hint::black_box(false), "no {}", "answer");
            Ok::<(), String>(())
        })
        .check("before", || {
            assert!(std::hint::black_box(false), "no future");
            fine()
        })
        .check("fine", fine)
        .build()
        .unwrap();
    assert_eq!(
        json(&health.readiness().await),
        r#"{"status":"fail","checks":{"inside":"fail: panicked: no answer","before":"fail: panicked: no future","fine":"ok"}}"#
    );
}

#[tokio::test]
async fn error_is_cut_to_one_line_of_limited_length() {
    struct Long;
    impl fmt::Display for Long {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "first\nsecond\u{1b}[31m{}", "x".repeat(10_000))
        }
    }
    let health = Health::builder()
        .check("a", || async { Err(Long) })
        .build()
        .unwrap();
    let report = health.readiness().await;
    let error = report
        .checks()
        .find_map(|(_, answer)| answer.err())
        .unwrap();
    assert!(error.starts_with("first second [31mxxx"), "{error}");
    assert_eq!(error.chars().count(), 257);
}

#[tokio::test]
async fn concurrent_probes_share_one_run() {
    let (runs, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let check = {
        let (runs, go) = (Arc::clone(&runs), Arc::clone(&go));
        move || {
            let (runs, go) = (Arc::clone(&runs), Arc::clone(&go));
            async move {
                runs.fetch_add(1, Relaxed);
                go.notified().await;
                Ok::<(), String>(())
            }
        }
    };
    let health = Health::builder().check("database", check);
    let health = health.interval(Duration::ZERO).build().unwrap();
    let mut probes: Vec<_> = (0..50).map(|_| Box::pin(health.readiness())).collect();
    for probe in &mut probes {
        assert!(futures_util::poll!(probe).is_pending());
    }
    // The first probe is dropped, which cancels nothing.
    drop(probes.swap_remove(0));
    go.notify_one();
    for probe in probes {
        assert!(probe.await.is_ok());
    }
    assert_eq!(runs.load(Relaxed), 1);
    go.notify_one();
    assert!(health.readiness().await.is_ok());
    assert_eq!(runs.load(Relaxed), 2);
}

#[test]
fn blocking_check_delays_neither_other_checks_nor_the_next_run() {
    let programs = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let blocked = Arc::new(Mutex::new(blocked));
    let health = Health::builder()
        .check_with_timeout("blocks", Duration::from_millis(20), move || {
            let blocked = Arc::clone(&blocked);
            async move {
                let _ = blocked.lock().map(|blocked| blocked.recv());
                Ok::<(), String>(())
            }
        })
        .check("fine", fine)
        .interval(Duration::ZERO)
        .runtime(programs.handle().clone())
        .build()
        .unwrap();
    let probing = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    assert_eq!(
        json(&probing.block_on(health.readiness())),
        r#"{"status":"fail","checks":{"blocks":"fail: timed out after 20ms","fine":"ok"}}"#
    );
    assert_eq!(
        json(&probing.block_on(health.readiness())),
        r#"{"status":"fail","checks":{"blocks":"fail: still busy with an earlier probe","fine":"ok"}}"#
    );
    drop(release);
}

#[test]
fn blocking_check_outside_of_a_runtime_holds_up_nothing() {
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let blocked = Arc::new(Mutex::new(blocked));
    let begun = Arc::new(AtomicUsize::new(0));
    let blocks = {
        let begun = Arc::clone(&begun);
        move || {
            let (begun, blocked) = (Arc::clone(&begun), Arc::clone(&blocked));
            async move {
                begun.fetch_add(1, Relaxed);
                let _ = blocked.lock().map(|blocked| blocked.recv());
                Ok::<(), String>(())
            }
        }
    };
    let health = Health::builder()
        .check_with_timeout("blocks", Duration::from_millis(50), blocks)
        .check("timer", || async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok::<(), String>(())
        })
        .interval(Duration::ZERO)
        .build()
        .unwrap();
    let probing = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    for reason in ["timed out after 50ms", "still busy with an earlier probe"] {
        assert_eq!(
            json(&probing.block_on(health.readiness())),
            format!(r#"{{"status":"fail","checks":{{"blocks":"fail: {reason}","timer":"ok"}}}}"#)
        );
    }
    assert_eq!(begun.load(Relaxed), 1, "it is not started a second time");
    drop(release);
}

#[tokio::test]
async fn probes_within_the_interval_share_a_report() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = |runs: &Arc<AtomicUsize>| {
        let runs = Arc::clone(runs);
        Health::builder().check("database", move || {
            let run = runs.fetch_add(1, Relaxed);
            async move { if run == 0 { Err("down") } else { Ok(()) } }
        })
    };
    let health = counted(&runs).build().unwrap();
    for _ in 0..1000 {
        assert!(!health.readiness().await.is_ok());
    }
    assert_eq!(runs.load(Relaxed), 1);

    let health = counted(&runs).interval(Duration::from_millis(50));
    let health = health.build().unwrap();
    health.readiness().await;
    assert_eq!(runs.load(Relaxed), 2);
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(health.readiness().await.is_ok());
    assert_eq!(runs.load(Relaxed), 3);
}

#[tokio::test]
async fn draining_is_not_hidden_by_an_earlier_report() {
    let health = Health::builder().check("fine", fine).build().unwrap();
    assert!(health.readiness().await.is_ok());
    health.start_draining();
    assert!(!health.readiness().await.is_ok());
}

#[tokio::test]
async fn draining_fails_without_running_checks() {
    let asked = Arc::new(AtomicUsize::new(0));
    let health = {
        let asked = Arc::clone(&asked);
        Health::builder().check("database", move || {
            asked.fetch_add(1, Relaxed);
            fine()
        })
    };
    let health = health.build().unwrap();
    health.clone().start_draining();
    assert_eq!(
        json(&health.readiness().await),
        r#"{"status":"fail","checks":{"draining":"fail: shutting down"}}"#
    );
    assert!(health.liveness().is_ok());
    assert_eq!(asked.load(Relaxed), 0);
}

#[tokio::test]
async fn stopped_runtime_fails_its_checks() {
    let stopped = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let health = Health::builder()
        .check("a", fine)
        .runtime(stopped.handle().clone());
    let health = health.build().unwrap();
    stopped.shutdown_background();
    let report = json(&health.readiness().await);
    assert_eq!(
        report,
        r#"{"status":"fail","checks":{"a":"fail: cancelled: its runtime has stopped"}}"#
    );
}
