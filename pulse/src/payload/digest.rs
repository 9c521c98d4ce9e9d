//! Digests of JSON values, which are one where the values are, however they are
//! written, and are made without memory.

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_core::Serialize;
use serde_json::{Number, Value};

use super::watch::{Observer, Text, observe, observe_text};

/// What stands for a value: two values that differ have two, as far as anybody can
/// tell from hashes of 128 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Digest([u64; 2]);

impl Digest {
    /// The digest of the value that `text` stands for, whatever its spelling.
    pub(super) fn of_text(text: &str) -> Self {
        observe_text(text, &Digester).unwrap_or_else(|| Self::of(text))
    }

    /// The digest of `value`, by how it is written.
    pub(super) fn of_value(value: &(impl Serialize + ?Sized)) -> Self {
        observe(value, &Digester).unwrap_or_default()
    }

    fn of(value: impl Hash) -> Self {
        Self([0, 1].map(|half: u8| {
            let mut hasher = DefaultHasher::new();
            (half, &value).hash(&mut hasher);
            hasher.finish()
        }))
    }

    fn and(self, other: Self) -> Self {
        let [one, two] = [0, 1].map(|half| self.0[half].wrapping_add(other.0[half]));
        Self([one, two])
    }

    /// One half of it.
    pub(super) fn half(self) -> u64 {
        self.0[0]
    }
}

/// Makes the digest of a value: out of its text, or those of its parts.
struct Digester;

impl Observer for Digester {
    type Seen = Digest;
    type Parts = Digest;

    fn scalar(&self, value: &Value) -> Digest {
        match value {
            Value::Number(number) => digest_of_number(number),
            other => Digest::of(other.as_bool()),
        }
    }

    fn text(&self, text: Text<'_>) -> Digest {
        Digest::of(Written(text))
    }

    fn item<T: Serialize + ?Sized>(&self, item: &T, parts: &mut Digest) {
        *parts = Digest::of((*parts, Digest::of_value(item)));
    }

    fn member<T: Serialize + ?Sized>(&self, name: Text<'_>, value: &T, parts: &mut Digest) {
        // The order of members does not count.
        let member = Digest::of((self.text(name), Digest::of_value(value)));
        *parts = parts.and(member);
    }

    fn array(&self, parts: Digest) -> Digest {
        Digest::of(("[", parts))
    }

    fn object(&self, parts: Digest) -> Digest {
        Digest::of(("{", parts))
    }
}

fn digest_of_number(number: &Number) -> Digest {
    /// 2⁶⁴: no integer has a value that is written as a float from here on.
    const END: f64 = 18_446_744_073_709_551_616.0;
    match (number.as_i128(), number.as_f64()) {
        (Some(integer), _) => Digest::of(integer),
        (None, Some(float)) if float.fract() == 0.0 && float.abs() < END => {
            Digest::of(float as i128)
        }
        (None, float) => Digest::of(float.map(f64::to_bits)),
    }
}

/// Text that is hashed byte by byte, so that it does not count in which pieces it
/// comes.
struct Written<'a>(Text<'a>);

impl Hash for Written<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Nothing fails here: the hasher takes what it gets.
        let _ = write!(Bytes(state), "{}", self.0);
    }
}

struct Bytes<'h, H>(&'h mut H);

impl<H: Hasher> fmt::Write for Bytes<'_, H> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| self.0.write_u8(byte));
        Ok(())
    }
}
