//! Routing keys as structs of their entries.

use super::{KeyReader, KeyWriter, RoutingKey, RoutingKeyEntry, RoutingKeyError, Word, Words};

/// A source of the entries of a key, in their order.
pub trait KeySource {
    /// The error of an entry that is missing or invalid.
    type Error;

    /// The next entry, a required word.
    ///
    /// # Errors
    ///
    /// If it is missing or not a word.
    fn word(&mut self) -> Result<Word, Self::Error>;

    /// The next entry, a word that may be absent.
    ///
    /// # Errors
    ///
    /// If it is not a word.
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
    /// If they are not words.
    fn optional_words(&mut self) -> Result<Option<Words>, Self::Error>;
}

/// A generated routing key.
pub trait KeyFields: RoutingKey {
    /// The entries of the key, including constants.
    fn entries() -> &'static [RoutingKeyEntry];

    /// A key of the next entries.
    ///
    /// # Errors
    ///
    /// If one is missing.
    fn make<S: KeySource>(source: &mut S) -> Result<Self, S::Error>;
}

/// The type of the field for an entry.
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

/// Parses the routing key of a delivery.
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

/// Defines the routing keys of bindings: structs of the entries that are not constants,
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
