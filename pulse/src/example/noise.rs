//! Random bytes for all attempts but the first: an exhausted input would give the same
//! value again.

/// Number of random bytes for an attempt.
const BYTES: usize = 256;

/// The bytes of the attempt number `attempt`. More bits are clear in some attempts than
/// in others: a set bit makes an optional property present, and a schema may allow only a
/// few.
pub(super) fn attempt(seed: u64, attempt: u64) -> Vec<u8> {
    let mut bytes = noise(seed.wrapping_add(attempt), BYTES);
    let mask = [0xff, 0x77, 0x13, 0x01][(attempt % 4) as usize];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte &= u8::rotate_left(mask, index as u32);
    }
    bytes
}

/// `count` random bytes, always the same for the same `seed`.
pub(super) fn noise(seed: u64, count: usize) -> Vec<u8> {
    let numbers = (1..).map(|index| split_mix(seed, index));
    let bytes = numbers.flat_map(u64::to_le_bytes);
    bytes.take(count).collect()
}

/// The number `index` that the generator SplitMix64 gives for `seed`, which is
/// mixed itself first: the numbers of seeds next to each other would overlap.
fn split_mix(seed: u64, index: u64) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    mix(mix(seed.wrapping_add(STEP)).wrapping_add(index.wrapping_mul(STEP)))
}

fn mix(number: u64) -> u64 {
    let mixed = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
