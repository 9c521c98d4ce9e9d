//! The text of what is a string, without a copy of it where that can be.

use std::fmt::{self, Write};

use serde_core::ser::{Impossible, Serialize, Serializer};

use super::NoJson;

/// How many bytes of text fit on the stack: names, ids and times do, by far.
const SHORT: usize = 512;

/// Hands the text of `value` to `seen`. Only where it is longer than [`SHORT`]
/// does it take memory.
pub(super) fn with_text<R>(
    value: &(impl fmt::Display + ?Sized),
    seen: impl FnOnce(&str) -> R,
) -> R {
    let mut short = Short {
        bytes: [0; SHORT],
        length: 0,
    };
    match write!(short, "{value}") {
        Ok(()) => seen(short.text()),
        Err(fmt::Error) => seen(&value.to_string()),
    }
}

/// Text on the stack; writing fails where there is no room.
struct Short {
    bytes: [u8; SHORT],
    length: usize,
}

impl Short {
    fn text(&self) -> &str {
        // Whole strings were put in, so that this is one.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// Hands the text of `value` to `seen`, if that is a string.
pub(super) fn on_str<T, R>(
    value: &T,
    seen: impl FnOnce(&str) -> Result<R, NoJson>,
) -> Result<R, NoJson>
where
    T: Serialize + ?Sized,
{
    value.serialize(OnStr(seen))
}

/// A serializer of strings and of nothing else.
struct OnStr<F>(F);

impl<R, F: FnOnce(&str) -> Result<R, NoJson>> Serializer for OnStr<F> {
    type Ok = R;
    type Error = NoJson;
    type SerializeSeq = Impossible<R, NoJson>;
    type SerializeTuple = Impossible<R, NoJson>;
    type SerializeTupleStruct = Impossible<R, NoJson>;
    type SerializeTupleVariant = Impossible<R, NoJson>;
    type SerializeMap = Impossible<R, NoJson>;
    type SerializeStruct = Impossible<R, NoJson>;
    type SerializeStructVariant = Impossible<R, NoJson>;

    fn serialize_str(self, value: &str) -> Result<R, NoJson> {
        (self.0)(value)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<R, NoJson> {
        with_text(value, self.0)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<R, NoJson> {
        value.serialize(self)
    }

    refuse! {
        serialize_bool(bool) -> R;
        serialize_i8(i8) -> R;
        serialize_i16(i16) -> R;
        serialize_i32(i32) -> R;
        serialize_i64(i64) -> R;
        serialize_u8(u8) -> R;
        serialize_u16(u16) -> R;
        serialize_u32(u32) -> R;
        serialize_u64(u64) -> R;
        serialize_f32(f32) -> R;
        serialize_f64(f64) -> R;
        serialize_char(char) -> R;
        serialize_bytes(&[u8]) -> R;
        serialize_none() -> R;
        serialize_some<T>(&T) -> R;
        serialize_unit() -> R;
        serialize_unit_struct(&'static str) -> R;
        serialize_unit_variant(&'static str, u32, &'static str) -> R;
        serialize_newtype_variant<T>(&'static str, u32, &'static str, &T) -> R;
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}
