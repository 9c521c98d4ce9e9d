//! The properties of an object, some of which have no field of their own.

use std::collections::BTreeMap;

use serde_core::Deserialize;
use serde_core::de::{DeserializeOwned, Deserializer, Error};

use super::reader::{self, Level};
use crate::value::RawJson;

/// The properties of an object, each as its JSON text. Named ones are taken out first;
/// the others are the rest.
#[derive(Debug)]
pub struct Members {
    properties: BTreeMap<String, RawJson>,
    /// That of the object, around the properties while they are read.
    _level: Level,
}

impl Members {
    /// Takes out the property `name`, which is required.
    pub fn required<T: DeserializeOwned, E: Error>(&mut self, name: &'static str) -> Result<T, E> {
        self.optional(name)?.ok_or_else(|| E::missing_field(name))
    }

    /// Takes out the property `name`, if it is present.
    pub fn optional<T: DeserializeOwned, E: Error>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, E> {
        self.properties.remove(name).as_ref().map(parse).transpose()
    }

    /// Takes out several properties by `read`. Its values are known to the compiler apart
    /// from those of other parts, which bounds its work for structs with many fields.
    pub fn part<T, E>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        read(self)
    }

    /// The properties that were not taken out.
    pub fn rest<T: DeserializeOwned, E: Error>(self) -> Result<BTreeMap<String, T>, E> {
        let rest = self.properties.into_iter();
        rest.map(|(name, text)| Ok((name, parse(&text)?))).collect()
    }

    /// The properties that were not taken out and whose names `is_known` accepts. The others
    /// are unknown properties, which are ignored whatever their values are.
    pub fn rest_where<T: DeserializeOwned, E: Error>(
        mut self,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, T>, E> {
        let count = self.properties.len();
        self.properties.retain(|name, _| is_known(name));
        if self.properties.len() < count {
            reader::has_ignored();
        }
        self.rest()
    }
}

fn parse<T: DeserializeOwned, E: Error>(text: &RawJson) -> Result<T, E> {
    reader::read(text.get()).map_err(E::custom)
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            properties: BTreeMap::deserialize(deserializer)?,
            _level: Level::enter()?,
        })
    }
}
