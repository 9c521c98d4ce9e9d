//! Work is in proportion to the input, whatever its form.
//!
//! Time depends on the machine, so allocations are counted, and inputs of one form
//! compared. The figures in seconds, for inputs of 100 kB:
//! `cargo test --release -p taskcluster-codegen --test growth -- --ignored --nocapture`.

mod shapes;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use shapes::{SHAPES, Shape};
use support::generator;
use taskcluster_codegen::Package;

/// Bytes of the smaller and the larger input.
const SMALL: usize = 3_000;
const LARGE: usize = 4 * SMALL;

/// How much more work the larger input may be; it would be 16 times if work were
/// quadratic.
const GROWTH: u64 = 6;

/// Bytes of memory for each byte of input: 300 MB for 100 kB.
const MEMORY: u64 = 3_000;

fn work(shape: &Shape, bytes: usize) -> AllocationInfo {
    let sources = shape.sources(bytes);
    measure(|| {
        // A package has everything that can be generated.
        let made = generator(&sources).package(&Package::new("made-up"));
        if let Err(errors) = made {
            let text = errors.to_string();
            assert!(!text.contains("defect"), "{}: {text}", shape.name);
        }
    })
}

#[test]
fn work_grows_as_the_input_does() {
    let mut complaints = Vec::new();
    for shape in SHAPES {
        let (small, large) = (work(shape, SMALL), work(shape, LARGE));
        let grown = |of: fn(&AllocationInfo) -> u64| of(&large) / of(&small).max(1);
        let count = grown(|it| it.count_total);
        let bytes = grown(|it| it.bytes_total);
        let per_byte = large.bytes_max / LARGE as u64;
        if count > GROWTH || bytes > GROWTH || per_byte > MEMORY {
            complaints.push(format!(
                "{}: {count} times the allocations, {bytes} times the bytes, {per_byte} for a byte",
                shape.name
            ));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
#[ignore = "prints figures"]
fn figures_of_100_kilobytes() {
    let only = std::env::var("GROWTH_SHAPE").unwrap_or_default();
    for shape in SHAPES.iter().filter(|shape| shape.name.contains(&only)) {
        let sources = shape.sources(100_000);
        let size: usize = sources.iter().map(|it| it.bytes.len()).sum();
        let start = processor_time();
        let info = measure(|| {
            let made = generator(&sources).package(&Package::new("made-up"));
            let bytes: usize = made.iter().flatten().map(|(_, text)| text.len()).sum();
            println!("{:>8} kB of output", bytes / 1000);
            if let Some(error) = made.err().iter().flat_map(|errors| errors.iter()).next() {
                println!("{error}");
            }
        });
        println!(
            "{:>8.2?} {:>6} MB {:>7} bytes of input: {}",
            processor_time() - start,
            info.bytes_max / 1_000_000,
            size,
            shape.name
        );
    }
}

/// How long this thread has run: on a busy machine that is less than has passed.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
