//! Examples of values, made by the tables of their schemas.

use arbitrary::{Arbitrary, Error, Result, Unstructured};
use serde_core::de::DeserializeOwned;
use serde_json::Value;

use super::parts::Parts;
use super::{noise, numbers, text};
use crate::payload::{Leniency, read_lenient};
use crate::schema::{Interpreter, Keyword, Schema, Type};
use crate::validate::Validate;
use crate::value::{RawJson, RawJsonObject, Timestamp};

/// Number of attempts after the first.
const ATTEMPTS: u64 = 32;

/// Maximum number of failed attempts for a payload: without it, the attempts for nested
/// values would multiply.
const MAX_FAILED: u32 = 4096;

/// Maximum nesting of values in values of the same schema. Each can be several levels
/// of JSON, of which at most 127 can be read.
const MAX_DEPTH: usize = 16;

/// The schema of values to which no schema applies, so that their depth is bounded, too.
static ANY: Schema = Schema::new(&[]);

/// A valid payload, or a part of one.
pub fn payload<T: Validate + DeserializeOwned>(u: &mut Unstructured<'_>) -> Result<T> {
    let mut maker = Maker::default();
    maker.retry(u, |maker, u| {
        let text = maker.value(u, &[T::SCHEMA])?.to_string();
        let value: Option<T> = read_lenient(text.as_bytes(), Leniency::Notation).ok();
        value.filter(T::is_valid).ok_or(Error::IncorrectFormat)
    })
}

/// Makes values.
#[derive(Default)]
pub(super) struct Maker {
    /// The schemas of the values around the one that is being made.
    around: Vec<&'static Schema>,
    /// Number of failed attempts.
    failed: u32,
}

impl Maker {
    /// The result of `make`, or if it fails, of further attempts with random bytes.
    pub(super) fn retry<T>(
        &mut self,
        u: &mut Unstructured<'_>,
        mut make: impl FnMut(&mut Self, &mut Unstructured<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut made = make(self, u);
        if made.is_ok() {
            return made;
        }
        let seed = u.arbitrary()?;
        for attempt in 0..ATTEMPTS {
            if made.is_ok() || self.failed == MAX_FAILED {
                break;
            }
            self.failed += 1;
            let bytes = noise::attempt(seed, attempt);
            made = make(self, &mut Unstructured::new(&bytes));
        }
        made
    }

    /// A value that is valid against all of `schemas`.
    pub(super) fn value(
        &mut self,
        u: &mut Unstructured<'_>,
        schemas: &[&'static Schema],
    ) -> Result<Value> {
        let schemas = if schemas.is_empty() { &[&ANY] } else { schemas };
        let levels = schemas.iter().map(|schema| self.levels(schema)).max();
        if schemas.iter().any(|schema| schema.is_never()) || levels > Some(MAX_DEPTH) {
            return Err(Error::NotEnoughData);
        }
        // Even a long input does not nest values of a recursive schema deeply.
        let bytes = if levels > Some(0) { u.len() / 2 } else { 0 };
        let half = u.bytes(bytes)?;
        let mut own = Unstructured::new(half);
        let u = if levels > Some(0) { &mut own } else { u };
        self.retry(u, |maker, u| {
            let depth = maker.around.len();
            let value = maker.attempt(u, schemas);
            maker.around.truncate(depth);
            value
        })
    }

    /// Number of the values around that have the schema `schema`.
    fn levels(&self, schema: &Schema) -> usize {
        let around = self.around.iter();
        around.filter(|it| std::ptr::eq(**it, schema)).count()
    }

    fn attempt(&mut self, u: &mut Unstructured<'_>, schemas: &[&'static Schema]) -> Result<Value> {
        let mut parts = Parts::default();
        for schema in schemas {
            self.gather(u, schema, &mut parts)?;
        }
        self.around.extend(&parts.0);
        let is_valid = |value: &Value| {
            let mut schemas = schemas.iter();
            schemas.all(|schema| Interpreter::strict().is_valid(schema, value))
        };
        if let Some(mut listed) = parts.listed() {
            listed.retain(is_valid);
            return u.choose(&listed).cloned();
        }
        let value = match *u.choose(&parts.types())? {
            Type::Null => Value::Null,
            Type::Boolean => u.arbitrary::<bool>()?.into(),
            Type::Integer => numbers::integer(u, &parts)?.into(),
            Type::Number => numbers::float(u, &parts)?.into(),
            Type::String if parts.has_time() => Timestamp::arbitrary(u)?.to_string().into(),
            Type::String => self.retry(u, |_, u| text::text(u, &parts.rules()))?.into(),
            Type::Array => self.array(u, &parts)?,
            Type::Object => self.object(u, &parts)?,
        };
        is_valid(&value)
            .then_some(value)
            .ok_or(Error::IncorrectFormat)
    }

    /// Adds `schema` to `parts`, and its subschemas for the same value: all of `allOf`,
    /// and one alternative of each other keyword.
    fn gather(
        &self,
        u: &mut Unstructured<'_>,
        schema: &'static Schema,
        parts: &mut Parts,
    ) -> Result<()> {
        if parts.0.iter().any(|it| std::ptr::eq(*it, schema)) {
            return Ok(());
        }
        parts.0.push(schema);
        for keyword in schema.keywords {
            match keyword {
                Keyword::AllOf(schemas) => schemas
                    .iter()
                    .try_for_each(|schema| self.gather(u, schema, parts))?,
                Keyword::AnyOf(schemas) | Keyword::OneOf(schemas) => {
                    let chosen = self.choose(u, schemas)?;
                    self.gather(u, chosen, parts)?;
                }
                Keyword::If {
                    condition,
                    then,
                    otherwise,
                } => match u.arbitrary()? {
                    true => {
                        self.gather(u, condition, parts)?;
                        self.gather(u, then, parts)?;
                    }
                    false => self.gather(u, otherwise, parts)?,
                },
                _ => {}
            }
        }
        Ok(())
    }

    /// One of `schemas`. If the input is exhausted, prefers one that no value around has,
    /// to end a recursion.
    fn choose(
        &self,
        u: &mut Unstructured<'_>,
        schemas: &[&'static Schema],
    ) -> Result<&'static Schema> {
        if u.is_empty()
            && let Some(end) = schemas.iter().find(|schema| self.levels(schema) == 0)
        {
            return Ok(end);
        }
        u.choose(schemas).copied()
    }
}

/// A whole millisecond of the years from 1970 to 2100.
impl<'a> Arbitrary<'a> for Timestamp {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        /// The start of 2101.
        const END: i64 = 4_133_980_800_000;
        u.int_in_range(0..=END - 1).map(Self::from_millis)
    }
}

/// A small object.
impl<'a> Arbitrary<'a> for RawJsonObject {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let value = Maker::default().value(u, &[&Schema::OBJECT])?;
        Self::of(&value).map_err(|_| Error::IncorrectFormat)
    }
}

/// A small value.
impl<'a> Arbitrary<'a> for RawJson {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let value = Maker::default().value(u, &[&Schema::ANY])?;
        Self::of(&value).map_err(|_| Error::IncorrectFormat)
    }
}
