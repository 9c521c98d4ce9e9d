//! Work is proportional to the input, whatever its shape.
//!
//! Time depends on the machine, so allocations are counted, and two inputs of one shape
//! compared. `cargo bench -p taskcluster-codegen` prints times in seconds.

mod shapes;

use crate::support::generator;
use allocation_counter::{AllocationInfo, measure};
use shapes::{SHAPES, Shape};
use taskcluster_codegen::Package;

/// About the bytes of the smaller and the larger input.
const SMALL: usize = 2_000;
const LARGE: usize = 4 * SMALL;

/// Maximum ratio of the work for each further byte in the larger input to that in the
/// smaller one. Quadratic work would give 4.
const GROWTH: f64 = 1.2;

/// Maximum bytes of memory for each byte of input: 300 MB for 100 kB.
const MEMORY: u64 = 3_000;

/// An input, and the work that it required.
struct Work {
    input: usize,
    allocations: AllocationInfo,
}

impl Work {
    fn new(shape: &Shape, bytes: usize) -> Self {
        let sources = shape.sources(bytes);
        let allocations = measure(|| {
            // A package has all that can be generated.
            let made = generator(&sources).package(&Package::new("made-up"));
            if let Err(errors) = made {
                let text = errors.to_string();
                assert!(!text.contains("defect"), "{}: {text}", shape.name);
            }
        });
        Self {
            input: sources.iter().map(|source| source.bytes.len()).sum(),
            allocations,
        }
    }

    /// The work for each byte that this input has more than `least`.
    fn for_each_byte(&self, least: &Self, work: fn(&AllocationInfo) -> u64) -> f64 {
        let added = work(&self.allocations) as f64 - work(&least.allocations) as f64;
        added / (self.input as f64 - least.input as f64)
    }
}

#[test]
fn work_grows_with_the_input() {
    let mut complaints = Vec::new();
    for shape in SHAPES {
        let [least, small, large] = [1, SMALL, LARGE].map(|bytes| Work::new(shape, bytes));
        let grown = |work| large.for_each_byte(&least, work) / small.for_each_byte(&least, work);
        let count = grown(|it| it.count_total);
        let bytes = grown(|it| it.bytes_total);
        let memory = large.allocations.bytes_max / LARGE as u64;
        // Not a number is not fine, either.
        let is_fine = count <= GROWTH && bytes <= GROWTH && memory <= MEMORY;
        if !is_fine {
            complaints.push(format!(
                "{}: for each byte {count:.2} times the allocations, {bytes:.2} times their bytes, \
                 {memory} bytes of memory",
                shape.name
            ));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
