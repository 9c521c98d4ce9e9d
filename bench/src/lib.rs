//! Shared code of the benchmarks: realistic messages, and measuring in turns.

use std::hint::black_box;
use std::time::Instant;

pub mod plain;

/// The types that typify generates from the schemas.
#[allow(clippy::all, missing_docs, reason = "typify's code is as it is")]
pub mod typify {
    include!(concat!(env!("OUT_DIR"), "/typify.rs"));
}

/// A task-completed message of about 1.5 kB; each `number` gives another one.
pub fn task_completed(number: u64) -> String {
    let id = |salt: u64| slug(number.wrapping_mul(977).wrapping_add(salt));
    let (task, group) = (id(1), id(2));
    let runs: Vec<String> = (0..=number % 2)
        .map(|run| run_of(number, run, number % 2))
        .collect();
    let runs = runs.join(",");
    let minute = number % 60;
    format!(
        r#"{{"status":{{"taskId":"{task}","provisionerId":"gecko-t","workerType":"t-linux-docker-noscratch-amd","taskQueueId":"gecko-t/t-linux-docker-noscratch-amd","schedulerId":"gecko-level-1","projectId":"none","taskGroupId":"{group}","priority":"low","deadline":"2026-03-15T04:{minute:02}:11.312Z","expires":"2027-03-14T04:{minute:02}:11.312Z","retriesLeft":5,"state":"completed","runs":[{runs}]}},"task":{{"tags":{{"os":"linux","kind":"web-platform-tests","label":"test-linux2404-64/opt-web-platform-tests-{number}","project":"try","trust-domain":"gecko","createdForUser":"someone-{number}@example.com","worker-implementation":"docker-worker","tests_grouped":"1","test-suite":"web-platform-tests","test-platform":"linux2404-64/opt","retrigger":"true","retriggerable":"true","test-variant":"no-fission-headless","parent-task":"{group}","decision-revision":"{task}{group}","level":"1"}}}},"runId":{run},"workerGroup":"us-central1-{zone}","workerId":"{worker}","version":1}}"#,
        run = number % 2,
        zone = ["a", "b", "c", "f"][(number % 4) as usize],
        worker = 1_000_000_000_000_000_000 + number * 7919,
    )
}

fn run_of(number: u64, run: u64, last: u64) -> String {
    let (state, reason) = match run == last {
        true => ("completed", "completed"),
        false => ("exception", "claim-expired"),
    };
    let created = if run == 0 { "scheduled" } else { "retry" };
    let worker = 1_000_000_000_000_000_000 + number * 7919 + run;
    let second = number % 60;
    format!(
        r#"{{"runId":{run},"state":"{state}","reasonCreated":"{created}","reasonResolved":"{reason}","workerGroup":"us-central1-a","workerId":"{worker}","takenUntil":"2026-03-14T05:11:{second:02}.940Z","scheduled":"2026-03-14T04:22:{second:02}.417Z","started":"2026-03-14T04:31:{second:02}.951Z","resolved":"2026-03-14T04:49:{second:02}.118Z"}}"#
    )
}

/// A worker-running message; each `number` gives another one.
pub fn worker_running(number: u64) -> String {
    format!(
        r#"{{"workerPoolId":"gecko-t/t-linux-docker-{pool}","providerId":"fxci-level1-gcp","workerGroup":"us-central1-{zone}","workerId":"{worker}","capacity":{capacity},"timestamp":"2026-03-14T04:31:{second:02}.{milli:03}Z","launchConfigId":"lc-{config}"}}"#,
        pool = number % 37,
        zone = ["a", "b", "c", "f"][(number % 4) as usize],
        worker = 1_000_000_000_000_000_000 + number * 7919,
        capacity = number % 8 + 1,
        second = number % 60,
        milli = number % 1000,
        config = slug(number),
    )
}

/// An id in Taskcluster's form: a random UUID in URL-safe base64.
fn slug(number: u64) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..22)
        .map(|place| {
            state = state.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(1);
            let random = (state >> 58) as usize;
            let digits: &[u8] = match place {
                8 => b"QRST",
                10 => b"CGKOSWaeimquy26-",
                21 => b"AQgw",
                _ => DIGITS,
            };
            char::from(digits[random % digits.len()])
        })
        .collect()
}

/// Number of messages in a batch: few enough to stay in the caches, like a message that
/// is validated right after it was decoded.
const BATCH: usize = 20;

/// The seconds that each of two contenders takes for all of its items. They take turns,
/// batch by batch, and for each batch the best of many rounds counts, to exclude other
/// work of the machine.
pub fn in_turns<A, B>(
    rounds: usize,
    (ones, one): (&[A], impl Fn(&A)),
    (others, other): (&[B], impl Fn(&B)),
) -> (f64, f64) {
    let mut total = (0.0, 0.0);
    for (ones, others) in ones.chunks(BATCH).zip(others.chunks(BATCH)) {
        let mut best = (f64::INFINITY, f64::INFINITY);
        for _ in 0..rounds {
            best.0 = best.0.min(seconds(ones, &one));
            best.1 = best.1.min(seconds(others, &other));
        }
        total.0 += best.0;
        total.1 += best.1;
    }
    total
}

fn seconds<T>(items: &[T], work: impl Fn(&T)) -> f64 {
    let start = Instant::now();
    items.iter().for_each(|item| work(black_box(item)));
    start.elapsed().as_secs_f64()
}
