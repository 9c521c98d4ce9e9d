//! JSON pointers that allocate nothing until they are printed.

use std::fmt::{self, Write};

/// The place of a value in its document: a JSON pointer (RFC 6901), as a chain of steps
/// on the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pointer<'a> {
    parent: Option<&'a Pointer<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Index(usize),
}

impl Pointer<'static> {
    /// The document itself, the empty pointer.
    pub(crate) const ROOT: Self = Self {
        parent: None,
        step: Step::Root,
    };
}

impl<'a> Pointer<'a> {
    /// The property `name` of the object at this pointer.
    #[inline]
    pub(crate) const fn member(&'a self, name: &'a str) -> Pointer<'a> {
        Pointer {
            parent: Some(self),
            step: Step::Member(name),
        }
    }

    /// The item `index` of the array at this pointer, counted from 0.
    #[inline]
    pub(crate) const fn index(&'a self, index: usize) -> Pointer<'a> {
        Pointer {
            parent: Some(self),
            step: Step::Index(index),
        }
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Index(index) => write!(f, "/{index}"),
            Step::Member(name) => {
                f.write_char('/')?;
                name.chars().try_for_each(|character| match character {
                    '~' => f.write_str("~0"),
                    '/' => f.write_str("~1"),
                    other => f.write_char(other),
                })
            }
        }
    }
}
