//! Payloads of a type that is known only at run time.

use std::any::Any;
use std::fmt::Debug;

use super::{Payload, PayloadError};
use crate::violations::Violations;

/// A holder for one payload of a type that is known only at run time, made by
/// [`Binding::new_payload_object`](crate::Binding::new_payload_object).
///
/// Only this crate implements it.
pub trait PayloadObject: Debug + Send + Sync + sealed::Sealed {
    /// Decodes `bytes` into this holder, replacing its payload.
    ///
    /// # Errors
    ///
    /// [`PayloadError`], as of [`decode`](super::decode); the holder then keeps its
    /// payload.
    fn decode(&mut self, bytes: &[u8]) -> Result<(), PayloadError>;

    /// Decodes `bytes` as [`decode`](Self::decode) does, and only if they are valid.
    ///
    /// # Errors
    ///
    /// [`PayloadError`], as of [`decode_strict`](super::decode_strict); the holder then
    /// keeps its payload.
    fn decode_strict(&mut self, bytes: &[u8]) -> Result<(), PayloadError>;

    /// Checks the payload, if there is one.
    ///
    /// # Errors
    ///
    /// All [`Violations`].
    fn validate(&self) -> Result<(), Violations>;

    /// Whether [`validate`](Self::validate) finds no violation; stops at the first one.
    fn is_valid(&self) -> bool;

    /// The payload, to be downcast to its type.
    fn payload(&self) -> Option<&(dyn Any + Send + Sync)>;

    /// Takes the payload out, to be downcast to its type.
    fn into_payload(self: Box<Self>) -> Option<Box<dyn Any + Send + Sync>>;
}

mod sealed {
    pub trait Sealed {}
}

/// The holder for payloads of type `P`; empty when new.
#[derive(Debug)]
pub(crate) struct PayloadSlot<P>(Option<P>);

impl<P> PayloadSlot<P> {
    /// An empty holder.
    pub(crate) const fn new() -> Self {
        Self(None)
    }
}

impl<P: Payload> sealed::Sealed for PayloadSlot<P> {}

impl<P: Payload> PayloadObject for PayloadSlot<P> {
    fn decode(&mut self, bytes: &[u8]) -> Result<(), PayloadError> {
        self.0 = Some(super::decode(bytes)?);
        Ok(())
    }

    fn decode_strict(&mut self, bytes: &[u8]) -> Result<(), PayloadError> {
        self.0 = Some(super::decode_strict(bytes)?);
        Ok(())
    }

    fn validate(&self) -> Result<(), Violations> {
        self.0.as_ref().map_or(Ok(()), P::validate)
    }

    fn is_valid(&self) -> bool {
        self.0.as_ref().is_none_or(P::is_valid)
    }

    fn payload(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.0.as_ref().map(|payload| payload as _)
    }

    fn into_payload(self: Box<Self>) -> Option<Box<dyn Any + Send + Sync>> {
        self.0.map(|payload| Box::new(payload) as _)
    }
}
