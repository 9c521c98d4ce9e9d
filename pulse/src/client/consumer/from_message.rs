//! The types that a handler can take.

use crate::client::envelope::Envelope;
use crate::event::{DecodeError, EventSet};
use crate::violations::Violations;

/// A type that a handler of [`Consumer::run`](super::Consumer::run) can take.
///
/// A handler takes an [`EventSet`] such as the generated `Event`, the event with its
/// [`Envelope`] as a pair, or the envelope alone: the message is then neither decoded nor
/// validated, whatever [`Validation`](super::Validation) is set.
pub trait FromMessage: Sized + Send + 'static {
    /// Decodes the message.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with the reason.
    fn from_message(envelope: &Envelope) -> Result<Self, DecodeError>;

    /// Checks the payload against every rule of its schema; unknown properties do not count.
    ///
    /// # Errors
    ///
    /// All [`Violations`], each with its JSON pointer.
    fn validate_payload(&self) -> Result<(), Violations>;
}

impl<E: EventSet> FromMessage for E {
    fn from_message(envelope: &Envelope) -> Result<Self, DecodeError> {
        envelope.event()
    }

    fn validate_payload(&self) -> Result<(), Violations> {
        EventSet::validate(self)
    }
}

impl<E: EventSet> FromMessage for (E, Envelope) {
    fn from_message(envelope: &Envelope) -> Result<Self, DecodeError> {
        Ok((envelope.event()?, envelope.clone()))
    }

    fn validate_payload(&self) -> Result<(), Violations> {
        EventSet::validate(&self.0)
    }
}

impl FromMessage for Envelope {
    fn from_message(envelope: &Envelope) -> Result<Self, DecodeError> {
        Ok(envelope.clone())
    }

    fn validate_payload(&self) -> Result<(), Violations> {
        Ok(())
    }
}
