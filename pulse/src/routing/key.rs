//! Routing keys as structs of their entries.

use super::{KeyReader, KeyWriter, RoutingKey, RoutingKeyError, Word, Words};
use crate::binding::RoutingKeyEntry;

/// The entries of a key, one after the other.
pub trait KeySource {
    /// Why there is no such entry.
    type Error;

    /// The next entry, a word that is always there.
    ///
    /// # Errors
    ///
    /// If it is missing, or no word.
    fn word(&mut self) -> Result<Word, Self::Error>;

    /// The next entry, a word that may be absent.
    ///
    /// # Errors
    ///
    /// If it is no word.
    fn optional_word(&mut self) -> Result<Option<Word>, Self::Error>;

    /// The next entry, one or more words.
    ///
    /// # Errors
    ///
    /// If there is no word.
    fn words(&mut self) -> Result<Words, Self::Error>;

    /// The next entry, words that may be absent.
    ///
    /// # Errors
    ///
    /// If they are no words.
    fn optional_words(&mut self) -> Result<Option<Words>, Self::Error>;
}

/// A routing key that was generated.
pub trait KeyFields: RoutingKey {
    /// The entries of the key, constants included.
    fn entries() -> &'static [RoutingKeyEntry];

    /// A key of the next entries.
    ///
    /// # Errors
    ///
    /// If one is missing.
    fn make<S: KeySource>(source: &mut S) -> Result<Self, S::Error>;
}

/// What the field of an entry may hold.
pub trait KeyField: Sized {
    /// The next entry.
    ///
    /// # Errors
    ///
    /// If there is no such entry.
    fn read<S: KeySource>(source: &mut S) -> Result<Self, S::Error>;

    /// Writes the next entry.
    #[must_use]
    fn write(&self, writer: KeyWriter) -> KeyWriter;
}

macro_rules! fields {
    ($($field:ty: $read:ident $write:ident;)*) => {
        $(
            impl KeyField for $field {
                fn read<S: KeySource>(source: &mut S) -> Result<Self, S::Error> {
                    source.$read()
                }

                fn write(&self, writer: KeyWriter) -> KeyWriter {
                    writer.$write(self)
                }
            }
        )*
    };
}

fields! {
    Word: word word;
    Option<Word>: optional_word optional;
    Words: words word;
    Option<Words>: optional_words optional;
}

/// The key that a delivered one is.
///
/// # Errors
///
/// [`RoutingKeyError`] if `key` has other entries.
pub fn parse_key<K: KeyFields>(key: &str) -> Result<K, RoutingKeyError> {
    let mut reader = KeyReader::new(key, K::entries())?;
    let read = K::make(&mut reader)?;
    reader.finish()?;
    Ok(read)
}

/// Defines the routing keys of bindings: structs of the entries that are no constants,
/// in the order of the reference.
#[macro_export]
#[doc(hidden)]
macro_rules! __taskcluster_routing_keys {
    ($(
        $(#[doc = $docs:expr])*
        #[of($binding:ident)]
        $(#[$attribute:meta])*
        pub struct $name:ident {
            $($(#[$of_field:meta])* pub $field:ident: $type:ty),* $(,)?
        }
    )*) => {
        $(
            $(#[doc = $docs])*
            $(#[$attribute])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub struct $name {
                $($(#[$of_field])* pub $field: $type,)*
            }

            impl $crate::__private::KeyFields for $name {
                fn entries() -> &'static [$crate::RoutingKeyEntry] {
                    <$binding as $crate::Exchange>::INFO.routing_key
                }

                fn make<S: $crate::__private::KeySource>(
                    _source: &mut S,
                ) -> ::std::result::Result<Self, S::Error> {
                    ::std::result::Result::Ok(Self {
                        $($field: $crate::__private::KeyField::read(_source)?,)*
                    })
                }
            }

            impl $crate::RoutingKey for $name {
                fn parse(key: &str) -> ::std::result::Result<Self, $crate::RoutingKeyError> {
                    $crate::__private::parse_key(key)
                }

                fn to_key(
                    &self,
                ) -> ::std::result::Result<::std::string::String, $crate::RoutingKeyError> {
                    let entries = <Self as $crate::__private::KeyFields>::entries();
                    let writer = $crate::__private::KeyWriter::new(entries);
                    $(let writer = $crate::__private::KeyField::write(&self.$field, writer);)*
                    writer.finish()
                }
            }
        )*
    };
}
