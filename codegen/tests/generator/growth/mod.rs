//! Work is proportional to the input, whatever its shape.
//!
//! Time depends on the machine, so allocations are counted, and two inputs of one shape
//! compared. `cargo bench -p taskcluster-codegen` prints times in seconds.

mod shapes;

use crate::support::generator;
use allocation_counter::{AllocationInfo, measure};
use shapes::{SHAPES, Shape};
use taskcluster_codegen::Package;

/// Bytes of the smaller and the larger input.
const SMALL: usize = 2_000;
const LARGE: usize = 4 * SMALL;

/// Maximum ratio of the work for the larger input and for the smaller one; quadratic work
/// would give 16.
const GROWTH: u64 = 6;

/// Maximum bytes of memory for each byte of input: 300 MB for 100 kB.
const MEMORY: u64 = 3_000;

fn work(shape: &Shape, bytes: usize) -> AllocationInfo {
    let sources = shape.sources(bytes);
    measure(|| {
        // A package has all that can be generated.
        let made = generator(&sources).package(&Package::new("made-up"));
        if let Err(errors) = made {
            let text = errors.to_string();
            assert!(!text.contains("defect"), "{}: {text}", shape.name);
        }
    })
}

#[test]
fn work_grows_with_the_input() {
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
