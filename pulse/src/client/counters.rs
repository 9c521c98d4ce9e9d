//! Numbers that a program can read while a consumer or a publisher works.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident)*) => {
        /// How often things happened since the start. Each number only grows.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
        }

        /// The counters while they run.
        #[derive(Debug, Default)]
        pub(crate) struct Meter {
            $(pub(crate) $name: Count,)*
        }

        impl Meter {
            pub(crate) fn read(&self) -> Counters {
                Counters {
                    $($name: self.$name.get(),)*
                }
            }
        }
    };
}

counters! {
    /// Messages that the broker delivered.
    received
    /// Of these, messages that it had delivered before.
    redelivered
    /// Deliveries that the program acked.
    acked
    /// Deliveries whose ack was sent to the broker. Less than `acked` while acks wait a
    /// few milliseconds to be sent together.
    acks_sent
    /// AMQP frames that these acks took: one can ack several deliveries.
    ack_frames
    /// Deliveries that were rejected: dead-lettered or deleted by the broker.
    rejected
    /// Deliveries that were requeued.
    requeued
    /// Deliveries that were dropped without an ack, and requeued a moment later.
    dropped
    /// Deliveries whose channel was lost before they were settled; the broker
    /// delivers their messages again.
    stale
    /// Messages that could not be decoded.
    unreadable
    /// Messages that break their schema.
    invalid
    /// Calls of the handler that failed.
    failed
    /// Calls of the handler that were second or later attempts.
    retried
    /// Messages that were dead-lettered after their last attempt.
    dead_lettered
    /// Messages that were discarded after their last attempt.
    discarded
    /// Connections that were lost.
    connections_lost
    /// Channels that were lost while their connection was not.
    channels_lost
    /// Connections that were replaced as asked for.
    recycled
    /// Messages that were handed to the broker, each time counted.
    published
    /// Messages that the broker has taken charge of.
    confirmed
    /// Messages that were handed over once more, unconfirmed or refused before.
    resent
    /// Messages that were not confirmed before their deadline.
    expired
}

/// One number that grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn up(&self) {
        self.add(1);
    }

    #[inline]
    pub(crate) fn add(&self, by: usize) {
        self.0.fetch_add(by as u64, Ordering::Relaxed);
    }
}
