//! Tests that need RabbitMQ's management API. `cargo xtask test` skips this module if
//! `PULSE_TEST_URL` is set and `PULSE_TEST_MANAGEMENT_URL` is not.

mod bindings;
mod permissions;
