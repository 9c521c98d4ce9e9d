//! Looking at a value while it is serialized, without a copy of it.
//!
//! A value that was decoded has no JSON text to look at, and to write one only to
//! read it takes memory. Here the serializer hands each part to an [`Observer`].

/// Methods of a serializer for values that there are none of.
macro_rules! refuse {
    ($($method:ident $(<$generic:ident>)? ($($argument:ty),*) -> $ok:ty;)*) => {
        $(
            fn $method $(<$generic: Serialize + ?Sized>)? (
                self,
                $(_: $argument),*
            ) -> Result<$ok, NoJson> {
                Err(NoJson)
            }
        )*
    };
}

mod parts;
mod raw;
mod string;

use std::fmt;

use serde_core::ser::{Error, Impossible, Serialize, Serializer};
use serde_json::Value;

use parts::Parts;
pub(super) use raw::{Text, observe_text};

/// Sees a value, and says what it has seen.
pub(super) trait Observer {
    /// What it makes of a value.
    type Seen;

    /// What it keeps of the items or members of a value, while they go by.
    type Parts: Default;

    /// A `null`, a boolean or a number.
    fn scalar(&self, value: &Value) -> Self::Seen;

    /// A string.
    fn text(&self, text: Text<'_>) -> Self::Seen;

    /// One item of an array.
    fn item<T: Serialize + ?Sized>(&self, item: &T, parts: &mut Self::Parts);

    /// One member of an object.
    fn member<T: Serialize + ?Sized>(&self, name: Text<'_>, value: &T, parts: &mut Self::Parts);

    /// The array that had these items.
    fn array(&self, parts: Self::Parts) -> Self::Seen;

    /// The object that had these members.
    fn object(&self, parts: Self::Parts) -> Self::Seen;
}

/// What `observer` makes of `value`; nothing where that has no JSON form.
pub(super) fn observe<T, O>(value: &T, observer: &O) -> Option<O::Seen>
where
    T: Serialize + ?Sized,
    O: Observer,
{
    value.serialize(Watch(observer)).ok()
}

/// A value that has no JSON form, of which there is nothing more to say.
#[derive(Debug)]
struct NoJson;

impl fmt::Display for NoJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a JSON form")
    }
}

impl std::error::Error for NoJson {}

impl Error for NoJson {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A serializer that hands what it gets to an observer.
struct Watch<'o, O>(&'o O);

macro_rules! scalars {
    ($($method:ident: $number:ty;)*) => {
        $(
            fn $method(self, value: $number) -> Result<O::Seen, NoJson> {
                Ok(self.0.scalar(&Value::from(value)))
            }
        )*
    };
}

impl<'o, O: Observer> Serializer for Watch<'o, O> {
    type Ok = O::Seen;
    type Error = NoJson;
    type SerializeSeq = Parts<'o, O>;
    type SerializeTuple = Impossible<O::Seen, NoJson>;
    type SerializeTupleStruct = Impossible<O::Seen, NoJson>;
    type SerializeTupleVariant = Impossible<O::Seen, NoJson>;
    type SerializeMap = Parts<'o, O>;
    type SerializeStruct = Parts<'o, O>;
    type SerializeStructVariant = Impossible<O::Seen, NoJson>;

    scalars! {
        serialize_bool: bool;
        serialize_i8: i8;
        serialize_i16: i16;
        serialize_i32: i32;
        serialize_i64: i64;
        serialize_u8: u8;
        serialize_u16: u16;
        serialize_u32: u32;
        serialize_u64: u64;
        serialize_f32: f32;
        serialize_f64: f64;
    }

    fn serialize_unit(self) -> Result<O::Seen, NoJson> {
        Ok(self.0.scalar(&Value::Null))
    }

    fn serialize_none(self) -> Result<O::Seen, NoJson> {
        self.serialize_unit()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<O::Seen, NoJson> {
        self.serialize_unit()
    }

    fn serialize_char(self, value: char) -> Result<O::Seen, NoJson> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<O::Seen, NoJson> {
        Ok(self.0.text(Text::Plain(value)))
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<O::Seen, NoJson> {
        string::with_text(value, |text| self.serialize_str(text))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<O::Seen, NoJson> {
        self.serialize_str(variant)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<O::Seen, NoJson> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<O::Seen, NoJson> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'o, O>, NoJson> {
        Ok(Parts::new(self.0))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'o, O>, NoJson> {
        Ok(Parts::new(self.0))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts<'o, O>, NoJson> {
        match name {
            raw::NAME => Ok(Parts::raw(self.0)),
            _ => Ok(Parts::new(self.0)),
        }
    }

    // No payload has values of these kinds.
    refuse! {
        serialize_bytes(&[u8]) -> O::Seen;
        serialize_newtype_variant<T>(&'static str, u32, &'static str, &T) -> O::Seen;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}
