//! Every pattern of the schemas of v106, on text that it accepts: the compiled matcher
//! compared with the `regex` crate, without the time to compile the regex.
//!
//! Prints a table, and fails unless the matcher is three times as fast as `regex` on
//! (geometric) average, and at least 1.6 times for each pattern.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use regex::Regex;
use taskcluster_pulse::__private::{Matcher, compiled_pattern};
use taskcluster_tests::rules::rule;

/// Patterns, each with texts of realistic length.
const PATTERNS: &[(&str, &[&str])] = &[
    (
        "^([a-zA-Z0-9-_]*)$",
        &[
            "aws",
            "gecko-level-3",
            "i-0123456789abcdef0",
            "community-tc-workers-google",
        ],
    ),
    (
        "^([a-zA-Z0-9-_%]*)$",
        &["taskcluster-github", "proj-taskcluster%2Fci"],
    ),
    (
        "^[A-Za-z0-9_-]{8}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]$",
        &["fN1SbArXTPSVFUUvaOlinQ", "VPrLCkRLTLqTQwYnHGQKuA"],
    ),
    (
        "^[a-zA-Z0-9]{8}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{12}$",
        &["b5a1b9d0-1c3e-11ee-be56-0242ac120002"],
    ),
    (
        "^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$",
        &[
            "gecko-t/t-linux-large",
            "proj-taskcluster/ci",
            "gecko-3/b-win2022",
        ],
    ),
    (
        "^[a-z]([-a-z0-9]{0,36}[a-z0-9])?$",
        &["t-linux-large", "b-win2022", "ci"],
    ),
    ("^[a-zA-Z0-9-_]{1,38}$", &["aws-provisioner-v1", "gecko-t"]),
    (
        "^[\\x20-\\x7e]+$",
        &[
            "mozilla-group:team_taskcluster",
            "hook-id:project-gecko/in-tree-*",
        ],
    ),
    (
        "^[A-Za-z0-9!@/:.+|_-]+$",
        &["github/1234|user", "static/taskcluster/queue"],
    ),
    (
        "^[ -~]*$",
        &[
            "queue:create-task:highest:gecko-t/*",
            "secrets:get:project/x",
        ],
    ),
    (
        "^(https?://|ssh://|git@)",
        &[
            "https://hg.mozilla.org/mozilla-central/file/0123abcd",
            "git@github.com:mozilla/gecko",
        ],
    ),
    (
        "^([a-zA-Z0-9._/-]*)$",
        &["public/build/target.tar.xz", "gecko/v2/mozilla-central"],
    ),
    ("[-a-z0-9]+", &["creation-error", "termination-error"]),
];

fn main() -> ExitCode {
    println!("{:>9} {:>9} {:>7}  pattern", "matcher", "regex", "ratio");
    let ratios: Vec<f64> = PATTERNS
        .iter()
        .map(|(pattern, texts)| compare(pattern, texts))
        .collect();
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    println!("{mean:.2} times as fast on average, {least:.2} times at least");
    match mean >= 3.0 && least >= 1.6 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The ratio of `regex`'s time to that of the matcher of `pattern` on `texts`.
fn compare(pattern: &str, texts: &[&str]) -> f64 {
    let ours = compiled(pattern);
    let theirs = Regex::new(pattern).expect("a pattern that `regex` knows");
    let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
    let ours = nanoseconds(&texts, |text| ours.matches(text));
    let theirs = nanoseconds(&texts, |text| theirs.is_match(text));
    println!(
        "{ours:>6.2} ns {theirs:>6.2} ns {:>6.2}x  {pattern}",
        theirs / ours
    );
    theirs / ours
}

fn compiled(pattern: &str) -> Matcher {
    let rule = rule(pattern).expect("a pattern of the schemas of v106");
    compiled_pattern(rule).expect("a rule with a pattern")
}

/// The time of `accepts` for one of `texts`, in nanoseconds: the best of many rounds, to
/// exclude other work of the machine.
fn nanoseconds(texts: &[String], accepts: impl Fn(&str) -> bool) -> f64 {
    const ROUNDS: usize = 60;
    const TIMES: usize = 20_000;
    let round = || {
        let start = Instant::now();
        for _ in 0..TIMES {
            for text in texts {
                assert!(black_box(accepts(black_box(text))));
            }
        }
        start.elapsed().as_secs_f64()
    };
    let best = (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min);
    best * 1e9 / (TIMES * texts.len()) as f64
}
