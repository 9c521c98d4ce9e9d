//! One handwritten exchange for all tests, like those of the generator.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

pub mod alike;
pub mod exchanges;
pub mod limits;
#[cfg(feature = "amqp")]
pub mod proxy;
#[cfg(feature = "amqp")]
pub mod rabbitmq;

use std::panic::Location;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use taskcluster_pulse::__private::{BindingWords, KeyReader, KeyWriter, Keyword, Schema, Type};
use taskcluster_pulse::{
    Binding, ConsumerEvent, DecodeError, EventSet, Exchange, ExchangeInfo, Message, Payload,
    QueueBinding, RoutingKey, RoutingKeyEntry, RoutingKeyError, ScalarRule, Validate, Violations,
    Word, Words,
};

/// The exchange `exchange/tests/v1/numbered`.
#[derive(Clone, Debug, Default)]
pub struct Numbered(BindingWords);

impl Numbered {
    pub fn lane(self, word: &str) -> Self {
        Self(self.0.with(1, word))
    }
}

impl Exchange for Numbered {
    type Payload = Number;
    type RoutingKey = NumberedKey;
    const INFO: &'static ExchangeInfo = &ExchangeInfo::new::<Self>("tests", "v1")
        .named("numbered", "exchange/tests/v1/numbered")
        .routing_key(&[
            RoutingKeyEntry::new("kind", "").constant("primary"),
            RoutingKeyEntry::new("lane", "").required(),
            RoutingKeyEntry::new("reserved", "").multiple_words(),
        ]);

    fn words(&self) -> &BindingWords {
        &self.0
    }
}

/// The routing key of [`Numbered`].
#[derive(Clone, Debug, PartialEq)]
pub struct NumberedKey {
    pub lane: Word,
}

impl RoutingKey for NumberedKey {
    fn parse(key: &str) -> Result<Self, RoutingKeyError> {
        let mut reader = KeyReader::new(key, Numbered::INFO.routing_key)?;
        let lane = reader.read()?;
        reader.read::<Option<Words>>()?;
        reader.finish()?;
        Ok(Self { lane })
    }

    fn to_key(&self) -> Result<String, RoutingKeyError> {
        KeyWriter::new(&Numbered::INFO.routing_key[..2])
            .entry(&self.lane)
            .finish()
    }
}

/// The payload of [`Numbered`]: a number below ten million and a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Number {
    pub number: u64,
    pub text: String,
}

impl Payload for Number {
    const IS_TYPED: bool = true;
}

static NUMBER: Schema = Schema::new(&[
    Keyword::Type(&[Type::Object]),
    Keyword::Properties(&[("number", &BELOW_10_000_000), ("text", &Schema::STRING)]),
    Keyword::Required(&["number", "text"]),
    Keyword::AdditionalProperties(&Schema::NEVER),
]);

static BELOW_10_000_000: Schema = Schema::new(&[
    Keyword::Type(&[Type::Integer]),
    Keyword::Minimum("0"),
    Keyword::Maximum("9999999"),
]);

const BELOW_TEN_MILLION: ScalarRule<u64> = ScalarRule::new().maximum(9_999_999);

impl Validate for Number {
    const SCHEMA: &'static Schema = &NUMBER;

    fn is_valid(&self) -> bool {
        BELOW_TEN_MILLION.is_valid(&self.number)
    }
}

/// The exchanges of the tests.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Numbered(Message<Numbered>),
}

impl EventSet for Event {
    fn decode_from(exchange: &str, routing_key: &str, bytes: &[u8]) -> Result<Self, DecodeError> {
        if exchange == Numbered::INFO.exchange {
            return Message::decode(routing_key, bytes).map(Self::Numbered);
        }
        Err(DecodeError::unknown_exchange(exchange, routing_key))
    }

    fn validate(&self) -> Result<(), Violations> {
        match self {
            Self::Numbered(message) => message.payload.validate(),
        }
    }
}

impl Event {
    pub fn number(&self) -> u64 {
        match self {
            Self::Numbered(message) => message.payload.number,
        }
    }
}

/// A message to [`Numbered`], on the lane `a`.
pub fn message(number: u64) -> Message<Numbered> {
    message_on("a", number)
}

/// A message to [`Numbered`].
pub fn message_on(lane: &str, number: u64) -> Message<Numbered> {
    Message::new(
        NumberedKey {
            lane: Word::try_from(lane).expect("a word"),
        },
        Number {
            number,
            text: "a text about as long as a usual payload".to_owned(),
        },
    )
}

/// Keeps every event, to be inspected by a test.
pub struct Seen<E = ConsumerEvent>(Arc<Mutex<Vec<E>>>);

impl<E> Default for Seen<E> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<E> Clone for Seen<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E: Clone + Send + 'static> Seen<E> {
    pub fn listener(&self) -> impl Fn(&E) + Send + Sync + 'static + use<E> {
        let seen = Arc::clone(&self.0);
        move |event| seen.lock().expect("not poisoned").push(event.clone())
    }

    pub fn count(&self, wanted: impl Fn(&E) -> bool) -> usize {
        let seen = self.0.lock().expect("not poisoned");
        seen.iter().filter(|event| wanted(event)).count()
    }

    /// Waits until there is an event that is `wanted`.
    #[track_caller]
    pub fn wait_for(&self, wanted: impl Fn(&E) -> bool) -> impl Future<Output = ()> {
        eventually(move || self.count(&wanted) > 0)
    }
}

impl Seen {
    /// How many times the consumer was connected and set up.
    pub fn ready(&self) -> usize {
        self.count(|event| matches!(event, ConsumerEvent::Ready { .. }))
    }

    /// How many times the broker cancelled the consumer.
    pub fn cancelled(&self) -> usize {
        self.count(|event| matches!(event, ConsumerEvent::CancelledByBroker { .. }))
    }

    /// The bindings that were removed, as exchange and pattern.
    pub fn removed(&self) -> Vec<(String, String)> {
        let seen = self.0.lock().expect("not poisoned");
        seen.iter()
            .filter_map(|event| match event {
                ConsumerEvent::BindingRemoved { binding, .. } => Some(pair(binding)),
                _ => None,
            })
            .collect()
    }
}

/// A binding as exchange and pattern.
pub fn pair(binding: &QueueBinding) -> (String, String) {
    (binding.exchange.clone(), binding.routing_key.clone())
}

/// Waits until `holds` returns true, and fails the test after half a minute.
#[track_caller]
pub fn eventually(holds: impl Fn() -> bool) -> impl Future<Output = ()> {
    let caller = Location::caller();
    async move {
        for _ in 0..3000 {
            if holds() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{caller}: the condition did not hold within half a minute");
    }
}

/// The pattern of a binding, as text.
pub fn key(binding: &impl Binding) -> String {
    binding.routing_key().expect("a pattern").to_string()
}
