//! Examples of messages, as a publisher would send them.

use std::fmt::Debug;

use arbitrary::{Arbitrary, Unstructured};
use taskcluster_pulse::{Exchange, Message, RoutingKey};

/// An exchange with examples of its messages.
pub trait Exemplary: Exchange + Debug + PartialEq {
    /// The message that is made from `input`.
    ///
    /// # Errors
    ///
    /// If none can be made from it.
    fn message(input: &[u8]) -> arbitrary::Result<Message<Self>>;
}

impl<E: Exchange + Debug + PartialEq> Exemplary for E
where
    E::Payload: for<'a> Arbitrary<'a>,
    E::RoutingKey: for<'a> Arbitrary<'a>,
{
    fn message(input: &[u8]) -> arbitrary::Result<Message<Self>> {
        Message::arbitrary(&mut Unstructured::new(input))
    }
}

/// A message as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// Its routing key.
    pub routing_key: String,
    /// The JSON of its payload.
    pub payload: String,
}

impl Example {
    /// The message of `E` that is made from `input`, after a round trip through its text.
    ///
    /// # Panics
    ///
    /// If there is none, or the round trip changes it.
    pub fn of<E: Exemplary>(input: &[u8]) -> Self {
        let message = E::message(input)
            .unwrap_or_else(|error| panic!("{}: {error} for {input:?}", E::INFO.exchange));
        let example = Self {
            routing_key: message.routing_key.to_key().expect("a key that fits AMQP"),
            payload: serde_json::to_string(&message.payload).expect("a payload has a JSON form"),
        };
        let read = Message::decode(&example.routing_key, example.payload.as_bytes());
        assert_eq!(read.expect("a message that can be read"), message);
        example
    }
}
