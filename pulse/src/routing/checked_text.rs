//! Texts that are checked on construction.

/// Defines a text that is checked by the function `$check`, with the conditions of an error
/// as `$errors`.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr, $errors:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks `text`.
            ///
            /// # Errors
            ///
            #[doc = concat!("[`RoutingKeyError`](crate::RoutingKeyError), if it ", $errors, ".")]
            pub fn new(text: &str) -> Result<Self, $crate::RoutingKeyError> {
                let check: fn(&str) -> Result<(), $crate::RoutingKeyErrorKind> = $check;
                match check(text) {
                    Ok(()) => Ok(Self(text.into())),
                    Err(kind) => Err($crate::RoutingKeyError::new(text, kind)),
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::RoutingKeyError;

            fn from_str(text: &str) -> Result<Self, $crate::RoutingKeyError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::RoutingKeyError;

            fn try_from(text: &str) -> Result<Self, $crate::RoutingKeyError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::RoutingKeyError;

            fn try_from(text: String) -> Result<Self, $crate::RoutingKeyError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0.into()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, other: &$name) -> bool {
                self == &*other.0
            }
        }

        impl PartialEq<$name> for &str {
            fn eq(&self, other: &$name) -> bool {
                **self == *other.0
            }
        }
    };
}

pub(super) use checked_text;
