//! What needs a RabbitMQ with settings of its own, or one that is restarted. Each test
//! starts its own.

mod ack_timeout;
#[path = "../../../pulse/tests/common/mod.rs"]
mod common;
mod storm;
