//! Errors with several owners.

use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A shared error of the type `E`, by default of any type.
///
/// It dereferences to the error, so `downcast_ref` can be called on it. It is not an error
/// itself: the [`source`](Error::source) of an error that it caused is the `E`, which can be
/// downcast, and not a pointer, which can't.
pub struct SharedError<E: ?Sized = dyn Error + Send + Sync>(pub(crate) Arc<E>);

impl<E: Error + Send + Sync + 'static> From<E> for SharedError {
    fn from(error: E) -> Self {
        Self(Arc::new(error))
    }
}

impl<E: Error> From<E> for SharedError<E> {
    fn from(error: E) -> Self {
        Self(Arc::new(error))
    }
}

impl<E: ?Sized> Clone for SharedError<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E: ?Sized> Deref for SharedError<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.0
    }
}

impl<E: fmt::Debug + ?Sized> fmt::Debug for SharedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: fmt::Display + ?Sized> fmt::Display for SharedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
