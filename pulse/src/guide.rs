//! The guide: how to consume, publish, test and operate.
//!
//! | page | for |
//! | --- | --- |
//! | [`consuming`] | queues, bindings, handlers and streams |
//! | [`failures`] | retries, dead letters, ordering, duplicates |
//! | [`shutdown`] | SIGTERM, `select!`, the effect of dropped futures |
//! | [`acks`] | acks, prefetch and the broker's `consumer_timeout` |
//! | [`operating`] | Mozilla's Pulse, PulseGuardian, RabbitMQ 4, logs and counters |
//! | [`publishing`] | confirms, nacks, deadlines, declaring exchanges |
//! | [`private_services`] | generated code for your own schemas, by a build script |
//! | [`testing`] | the in-memory broker, examples from a seed |
//! | [`commands`] | the installed program |
//! | [`upgrading`] | what `drift` reports about a new release, and what to do |
//! | [`nothing_happens`] | a consumer that receives no message |
//! | [`coming_from`] | lapin, and Taskcluster's Go, JavaScript and Python clients |
//!
//! Items that need a feature are named in code font without a link.

#[doc = include_str!("guide/acks.md")]
pub mod acks {}

#[doc = include_str!("guide/coming_from.md")]
pub mod coming_from {}

#[doc = include_str!("guide/commands.md")]
pub mod commands {}

#[doc = include_str!("guide/consuming.md")]
pub mod consuming {}

#[doc = include_str!("guide/failures.md")]
pub mod failures {}

#[doc = include_str!("guide/nothing_happens.md")]
pub mod nothing_happens {}

#[doc = include_str!("guide/operating.md")]
pub mod operating {}

#[doc = include_str!("guide/private_services.md")]
pub mod private_services {}

#[doc = include_str!("guide/publishing.md")]
pub mod publishing {}

#[doc = include_str!("guide/shutdown.md")]
pub mod shutdown {}

#[doc = include_str!("guide/testing.md")]
pub mod testing {}

#[doc = include_str!("guide/upgrading.md")]
pub mod upgrading {}
