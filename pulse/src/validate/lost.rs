//! Finds what the JSON of a payload loses: numbers that are not finite, which are written as
//! `null`, integers of more than 64 bits, which can't be decoded, and properties of one name,
//! of which a reader keeps one.

use std::collections::BTreeSet;
use std::fmt::Error;

use serde_core::Serialize;
use serde_core::ser::{
    Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, Serializer,
};
use serde_json::Value;

use crate::rule::fits_64_bits;
use crate::violations::{Flow, Pointer, Report, Violation};

/// Reports the parts of `payload` that its JSON loses. Breaks if the report takes no more.
pub(super) fn lost(payload: &(impl Serialize + ?Sized), report: &mut Report) -> Flow {
    let at = Pointer::Root;
    match payload.serialize(Part { at, report }) {
        Ok(()) => Flow::Continue(()),
        Err(Error) => Flow::Break(()),
    }
}

/// A serializer for a part of a payload, which writes nothing.
struct Part<'a> {
    at: Pointer<'a>,
    report: &'a mut Report,
}

impl Part<'_> {
    fn add(self, violation: impl FnOnce(String) -> Violation) -> Result<(), Error> {
        let Self { at, report } = self;
        match report.add(|| violation(at.to_string())) {
            Flow::Continue(()) => Ok(()),
            Flow::Break(()) => Err(Error),
        }
    }
}

/// The parts of a part, one after the other.
struct Parts<'a> {
    whole: Part<'a>,
    /// The number of items so far.
    count: usize,
    /// The name of the property whose value follows.
    name: String,
    /// The names of all properties so far, if two may be equal.
    names: Option<BTreeSet<String>>,
}

impl<'a> Parts<'a> {
    fn of(whole: Part<'a>) -> Self {
        Self {
            whole,
            count: 0,
            name: String::new(),
            names: None,
        }
    }

    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        let at = self.whole.at.index(self.count);
        self.count += 1;
        let report = &mut *self.whole.report;
        value.serialize(Part { at, report })
    }

    fn member<'p>(&'p mut self, name: &'p str) -> Part<'p> {
        Part {
            at: self.whole.at.member(name),
            report: &mut *self.whole.report,
        }
    }
}

/// The methods for values that JSON holds.
macro_rules! keep {
    ($($method:ident($($type:ty),*))*) => {
        $(
            fn $method(self, $(_: $type),*) -> Result<(), Error> {
                Ok(())
            }
        )*
    };
}

type Name = &'static str;

/// Generated types are no variants with several values: enums are untagged, or strings.
impl<'a> Serializer for Part<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    keep! {
        serialize_bool(bool) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8])
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
        serialize_u64(u64) serialize_u128(u128) serialize_none() serialize_unit()
        serialize_unit_struct(Name) serialize_unit_variant(Name, u32, Name)
    }

    fn serialize_i128(self, number: i128) -> Result<(), Error> {
        match fits_64_bits(&number) {
            true => Ok(()),
            false => self.add(|at| Violation::too_long(at, &number)),
        }
    }

    fn serialize_f32(self, number: f32) -> Result<(), Error> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        match number.is_finite() {
            true => Ok(()),
            false => self.add(|at| Violation::not_finite(at, number)),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T>(self, _: Name, value: &T) -> Result<(), Error>
    where
        T: Serialize + ?Sized,
    {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T>(self, _: Name, _: u32, _: Name, value: &T) -> Result<(), Error>
    where
        T: Serialize + ?Sized,
    {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, Error> {
        Ok(Parts::of(self))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Error> {
        Ok(Parts::of(self))
    }

    fn serialize_struct(self, _: Name, _: usize) -> Result<Parts<'a>, Error> {
        Ok(Parts::of(self))
    }

    /// Only the number of the properties of a struct with others is unknown.
    fn serialize_map(self, count: Option<usize>) -> Result<Parts<'a>, Error> {
        Ok(Parts {
            names: count.is_none().then(BTreeSet::new),
            ..Parts::of(self)
        })
    }

    fn serialize_tuple_struct(
        self,
        _: Name,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        Err(Error)
    }

    fn serialize_tuple_variant(
        self,
        _: Name,
        _: u32,
        _: Name,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(Error)
    }

    fn serialize_struct_variant(
        self,
        _: Name,
        _: u32,
        _: Name,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(Error)
    }
}

macro_rules! items {
    ($($serialize:ident)*) => {
        $(
            impl $serialize for Parts<'_> {
                type Ok = ();
                type Error = Error;

                fn serialize_element<T: Serialize + ?Sized>(
                    &mut self,
                    value: &T,
                ) -> Result<(), Error> {
                    self.item(value)
                }

                fn end(self) -> Result<(), Error> {
                    Ok(())
                }
            }
        )*
    };
}

items!(SerializeSeq SerializeTuple);

impl SerializeStruct for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: Name,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self.member(name))
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        match serde_json::to_value(key) {
            Ok(Value::String(name)) => self.name = name,
            _ => return Err(Error),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let name = std::mem::take(&mut self.name);
        value.serialize(self.member(&name))?;
        let names = self.names.as_mut();
        if names.is_some_and(|names| !names.insert(name.clone())) {
            let part = self.member(&name);
            part.add(|at| Violation::duplicate(at, value))?;
        }
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}
