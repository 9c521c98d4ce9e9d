//! Routing keys as structs of their entries.

use super::{KeyReader, KeyWriter, RoutingKeyError, Word, Words};

/// What the field of an entry may hold.
pub trait KeyField: Sized {
    /// Reads the next entry.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where the key has no such entry.
    fn read(reader: &mut KeyReader<'_>) -> Result<Self, RoutingKeyError>;

    /// Writes the next entry.
    #[must_use]
    fn write(&self, writer: KeyWriter) -> KeyWriter;
}

impl KeyField for Word {
    fn read(reader: &mut KeyReader<'_>) -> Result<Self, RoutingKeyError> {
        reader.word()
    }

    fn write(&self, writer: KeyWriter) -> KeyWriter {
        writer.word(self)
    }
}

impl KeyField for Option<Word> {
    fn read(reader: &mut KeyReader<'_>) -> Result<Self, RoutingKeyError> {
        reader.optional_word()
    }

    fn write(&self, writer: KeyWriter) -> KeyWriter {
        writer.optional(self)
    }
}

impl KeyField for Words {
    fn read(reader: &mut KeyReader<'_>) -> Result<Self, RoutingKeyError> {
        reader.words()
    }

    fn write(&self, writer: KeyWriter) -> KeyWriter {
        writer.word(self)
    }
}

impl KeyField for Option<Words> {
    fn read(reader: &mut KeyReader<'_>) -> Result<Self, RoutingKeyError> {
        reader.optional_words()
    }

    fn write(&self, writer: KeyWriter) -> KeyWriter {
        writer.optional(self)
    }
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

            impl $crate::RoutingKey for $name {
                fn parse(key: &str) -> ::std::result::Result<Self, $crate::RoutingKeyError> {
                    let entries = <$binding as $crate::Exchange>::INFO.routing_key;
                    #[allow(unused_mut)]
                    let mut reader = $crate::__private::KeyReader::new(key, entries)?;
                    let key = Self {
                        $($field: $crate::__private::KeyField::read(&mut reader)?,)*
                    };
                    reader.finish()?;
                    ::std::result::Result::Ok(key)
                }

                fn to_key(
                    &self,
                ) -> ::std::result::Result<::std::string::String, $crate::RoutingKeyError> {
                    let entries = <$binding as $crate::Exchange>::INFO.routing_key;
                    let writer = $crate::__private::KeyWriter::new(entries);
                    $(let writer = $crate::__private::KeyField::write(&self.$field, writer);)*
                    writer.finish()
                }
            }
        )*
    };
}
