//! Time and memory for inputs of 100 kB of every shape, and how much longer four times the
//! input takes for each byte: about 1 if the time is linear.
//!
//! ```console
//! $ cargo bench -p taskcluster-codegen
//! $ cargo bench -p taskcluster-codegen -- "union"
//! ```

#[path = "../tests/generator/growth/shapes.rs"]
mod shapes;
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Duration;

use allocation_counter::measure;
use shapes::{SHAPES, Shape};
use support::generator;
use taskcluster_codegen::Package;

/// About the bytes of the smaller and the larger input.
const SMALL: usize = 100_000;
const LARGE: usize = 4 * SMALL;

fn main() {
    // Cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let is_wanted = |shape: &&Shape| {
        wanted.is_empty() || wanted.iter().any(|part| shape.name.contains(part.as_str()))
    };
    println!("   input  output  memory     time  growth");
    for shape in SHAPES.iter().filter(is_wanted) {
        let [small, large] = [SMALL, LARGE].map(|bytes| Run::new(shape, bytes));
        println!(
            "{:>5} kB {:>4} kB {:>4} MB {:>6} ms {:>7.2}  {}",
            small.input / 1000,
            small.output / 1000,
            small.memory / 1_000_000,
            small.time.as_millis(),
            large.for_each_byte() / small.for_each_byte(),
            shape.name,
        );
    }
}

/// A run of the generator.
struct Run {
    input: usize,
    output: usize,
    memory: u64,
    time: Duration,
}

impl Run {
    fn new(shape: &Shape, bytes: usize) -> Self {
        let sources = shape.sources(bytes);
        let mut output = 0;
        let start = processor_time();
        let info = measure(|| {
            let made = generator(&sources).package(&Package::new("made-up"));
            output = made.iter().flatten().map(|(_, text)| text.len()).sum();
        });
        Self {
            input: sources.iter().map(|source| source.bytes.len()).sum(),
            output,
            memory: info.bytes_max,
            time: processor_time() - start,
        }
    }

    fn for_each_byte(&self) -> f64 {
        self.time.as_secs_f64() / self.input as f64
    }
}

/// Processor time of this thread: other programs on a busy machine do not count.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
