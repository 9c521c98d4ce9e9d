//! Time and memory for inputs of 100 kB of every shape.
//!
//! ```console
//! $ cargo bench -p taskcluster-codegen
//! ```

#[path = "../tests/generator/growth/shapes.rs"]
mod shapes;
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Duration;

use allocation_counter::measure;
use shapes::SHAPES;
use support::generator;
use taskcluster_codegen::Package;

fn main() {
    for shape in SHAPES {
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

/// Processor time of this thread: other programs on a busy machine do not count.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
