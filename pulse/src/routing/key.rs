//! Routing keys as structs of their entries.

use super::{ABSENT, RoutingKey, RoutingKeyEntry, RoutingKeyErrorKind};

/// A generated routing key.
pub trait KeyFields: RoutingKey {
    /// The entries of the key, including constants.
    fn entries() -> &'static [RoutingKeyEntry];
}

/// The type of the field for an entry.
pub trait KeyField: Sized {
    /// The value of an entry with this text; `None` if it has no words.
    fn parse(text: Option<&str>) -> Result<Self, RoutingKeyErrorKind>;

    /// The text of the entry.
    fn text(&self) -> &str;
}

impl<T: KeyField> KeyField for Option<T> {
    fn parse(text: Option<&str>) -> Result<Self, RoutingKeyErrorKind> {
        match text {
            None | Some(ABSENT) => Ok(None),
            text => T::parse(text).map(Some),
        }
    }

    fn text(&self) -> &str {
        self.as_ref().map_or(ABSENT, T::text)
    }
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
            }

            impl $crate::RoutingKey for $name {
                fn parse(key: &str) -> ::std::result::Result<Self, $crate::RoutingKeyError> {
                    let entries = <Self as $crate::__private::KeyFields>::entries();
                    #[allow(unused_mut, reason = "a key of constants has no fields")]
                    let mut reader = $crate::__private::KeyReader::new(key, entries)?;
                    let read = Self { $($field: reader.read()?,)* };
                    reader.finish()?;
                    ::std::result::Result::Ok(read)
                }

                fn to_key(
                    &self,
                ) -> ::std::result::Result<::std::string::String, $crate::RoutingKeyError> {
                    let entries = <Self as $crate::__private::KeyFields>::entries();
                    let writer = $crate::__private::KeyWriter::new(entries);
                    $(let writer = writer.entry(&self.$field);)*
                    writer.finish()
                }
            }
        )*
    };
}
