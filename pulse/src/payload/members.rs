//! The members of an object that may have more than its schema names.

use std::collections::BTreeMap;

use serde_core::Deserialize;
use serde_core::de::{DeserializeOwned, Deserializer, Error};

use super::{RawJson, reader};

/// The members of an object, each as its JSON text, to be taken out by name;
/// what is left is the rest that the schema allows.
#[derive(Debug)]
pub struct Members(BTreeMap<String, RawJson>);

impl Members {
    /// Takes out the member `name`, which must be there.
    ///
    /// # Errors
    ///
    /// Where it is missing, or not of type `T`.
    pub fn required<T: DeserializeOwned, E: Error>(&mut self, name: &'static str) -> Result<T, E> {
        self.optional(name)?.ok_or_else(|| E::missing_field(name))
    }

    /// Takes out the member `name`, where it is there.
    ///
    /// # Errors
    ///
    /// Where it is not of type `T`.
    pub fn optional<T: DeserializeOwned, E: Error>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, E> {
        self.0.remove(name).as_ref().map(parse).transpose()
    }

    /// The members that were not taken out.
    ///
    /// # Errors
    ///
    /// Where one is not of type `T`.
    pub fn rest<T: DeserializeOwned, E: Error>(self) -> Result<BTreeMap<String, T>, E> {
        self.0
            .into_iter()
            .map(|(name, text)| Ok((name, parse(&text)?)))
            .collect()
    }
}

fn parse<T: DeserializeOwned, E: Error>(text: &RawJson) -> Result<T, E> {
    reader::read(text.get().as_bytes()).map_err(E::custom)
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}
