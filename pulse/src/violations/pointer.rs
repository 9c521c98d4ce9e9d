//! JSON pointers that allocate nothing until they are printed.

use std::fmt::{self, Write};

/// The place of a value in its document: a JSON pointer (RFC 6901), as a chain of steps
/// on the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pointer<'a> {
    /// The document itself, the empty pointer.
    Root,
    Member(&'a Pointer<'a>, &'a str),
    Index(&'a Pointer<'a>, usize),
}

impl<'a> Pointer<'a> {
    /// The property `name` of the object at this pointer.
    #[inline]
    pub(crate) const fn member(&'a self, name: &'a str) -> Pointer<'a> {
        Pointer::Member(self, name)
    }

    /// The item `index` of the array at this pointer, counted from 0.
    #[inline]
    pub(crate) const fn index(&'a self, index: usize) -> Pointer<'a> {
        Pointer::Index(self, index)
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Index(parent, index) => write!(f, "{parent}/{index}"),
            Self::Member(parent, name) => {
                write!(f, "{parent}/")?;
                name.chars().try_for_each(|character| match character {
                    '~' => f.write_str("~0"),
                    '/' => f.write_str("~1"),
                    other => f.write_char(other),
                })
            }
        }
    }
}
