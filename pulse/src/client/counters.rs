//! Counters and gauges of consumers and publishers.

use std::sync::atomic::{AtomicU64, Ordering};

use super::exported;

macro_rules! numbers {
    (
        Counters { $($(#[doc = $counter_doc:literal])* $counter:ident)* }
        Gauges { $($(#[doc = $gauge_doc:literal])* $gauge:ident)* }
    ) => {
        /// Totals since a consumer or a publisher was started. Each number only grows.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counters {
            $($(#[doc = $counter_doc])* pub $counter: u64,)*
        }

        impl Counters {
            /// The counters with their names, such as `("received", 7)`.
            pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, u64)> + use<> {
                [$((stringify!($counter), self.$counter)),*].into_iter()
            }
        }

        /// Current values of a consumer or a publisher.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Gauges {
            $($(#[doc = $gauge_doc])* pub $gauge: u64,)*
        }

        impl Gauges {
            /// The gauges with their names, such as `("in_work", 2)`.
            pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, u64)> + use<> {
                [$((stringify!($gauge), self.$gauge)),*].into_iter()
            }
        }

        /// The counters and gauges of one consumer or publisher, updated while it works.
        pub(crate) struct Meter {
            $(pub(crate) $counter: Count,)*
            $(pub(crate) $gauge: Gauge,)*
        }

        impl Meter {
            fn with_queue(queue: Option<&str>) -> Self {
                Self {
                    $($counter: Count {
                        value: AtomicU64::new(0),
                        exported: exported::Counter::new(
                            stringify!($counter),
                            concat!($($counter_doc),*),
                            queue,
                        ),
                    },)*
                    $($gauge: Gauge {
                        value: AtomicU64::new(0),
                        exported: exported::Gauge::new(
                            stringify!($gauge),
                            concat!($($gauge_doc),*),
                            queue,
                        ),
                    },)*
                }
            }

            pub(crate) fn read(&self) -> Counters {
                Counters {
                    $($counter: self.$counter.get(),)*
                }
            }

            pub(crate) fn gauges(&self) -> Gauges {
                Gauges {
                    $($gauge: self.$gauge.get(),)*
                }
            }
        }
    };
}

numbers! {
    Counters {
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
        /// Deliveries that were requeued one by one. Messages that were not `received` yet,
        /// and those that the broker requeues when their channel closes, as after a quick
        /// stop, are not counted.
        requeued
        /// Deliveries that were dropped without an ack. They are requeued within a second, or
        /// when their channel closes.
        dropped
        /// Deliveries whose channel was lost before they were settled, or that a stop with a
        /// limit gave up; the broker delivers their messages again.
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
        /// Connections that were replaced because of their age.
        recycled
        /// Messages that were sent to the broker, counted each time.
        published
        /// Messages that the broker has confirmed.
        confirmed
        /// Messages that were sent again, because they were unconfirmed or refused.
        resent
        /// Messages that were not confirmed before their deadline.
        expired
    }
    Gauges {
        /// Deliveries that are not settled, including those that wait for a handler or a
        /// retry; of a publisher, messages in flight: queued, or not confirmed yet, also
        /// after their deadline.
        in_work
        /// 1 while connected, otherwise 0.
        connected
    }
}

impl Meter {
    /// The counters and gauges of a consumer of this queue.
    pub(crate) fn of_queue(queue: &str) -> Self {
        Self::with_queue(Some(queue))
    }
}

/// The counters and gauges of a publisher.
impl Default for Meter {
    fn default() -> Self {
        Self::with_queue(None)
    }
}

/// A number that only grows.
pub(crate) struct Count {
    value: AtomicU64,
    exported: exported::Counter,
}

impl Count {
    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.value.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn up(&self) {
        self.add(1);
    }

    #[inline]
    pub(crate) fn add(&self, by: usize) {
        self.value.fetch_add(by as u64, Ordering::Relaxed);
        self.exported.add(by as u64);
    }
}

/// A number that grows and shrinks.
pub(crate) struct Gauge {
    value: AtomicU64,
    exported: exported::Gauge,
}

impl Gauge {
    fn get(&self) -> u64 {
        self.value.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn up(&self) {
        self.value.fetch_add(1, Ordering::Relaxed);
        self.exported.add(1.0);
    }

    #[inline]
    pub(crate) fn down(&self) {
        self.value.fetch_sub(1, Ordering::Relaxed);
        self.exported.add(-1.0);
    }

    /// Sets it to 1 or 0.
    pub(crate) fn set(&self, on: bool) {
        let before = self.value.swap(on.into(), Ordering::Relaxed);
        // Several clients share one metric, which is their sum.
        self.exported.add(f64::from(u8::from(on)) - before as f64);
    }
}

impl Drop for Gauge {
    /// A client that is aborted does not set its gauges back.
    fn drop(&mut self) {
        self.set(false);
    }
}
