//! Calls the program's handler for one message, and acks the message or reports the
//! failure.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::delivery::Delivery;
use super::event::ConsumerEvent;
use super::from_message::FromMessage;
use super::policy::Validation;
use super::shared::Shared;
use crate::client::error::{FailedMessage, error_chain};
use crate::client::panic::caught;
use crate::client::shared_error::SharedError;
use crate::event::{DecodeError, DecodeErrorKind};

/// A message to be handled. If it is dropped, the broker requeues it.
pub(super) struct Job {
    pub(super) delivery: Delivery,
    /// How many times the handler was called.
    attempts: u32,
}

impl Job {
    pub(super) fn new(delivery: Delivery) -> Self {
        Self {
            // Jobs are also dropped together with the future of `run`.
            delivery: delivery.abandoned_if_dropped(),
            attempts: 0,
        }
    }
}

/// A message on which the handler has failed.
pub(super) type Failure = (Job, FailedMessage);

/// The handler that the program has passed to [`run`](super::Consumer::run).
pub(super) struct Handler<M, H> {
    shared: Arc<Shared>,
    function: H,
    failures: mpsc::UnboundedSender<Failure>,
    message: PhantomData<fn() -> M>,
}

impl<M, H, F, X> Handler<M, H>
where
    M: FromMessage,
    H: Fn(M) -> F + Send + Sync,
    F: Future<Output = Result<(), X>> + Send,
    X: Into<Box<dyn StdError + Send + Sync>>,
{
    pub(super) fn new(
        shared: Arc<Shared>,
        function: H,
        failures: mpsc::UnboundedSender<Failure>,
    ) -> Self {
        Self {
            shared,
            function,
            failures,
            message: PhantomData,
        }
    }

    /// Calls the handler once, and acks the message on success.
    pub(super) async fn call(&self, mut job: Job) {
        let meter = &self.shared.meter;
        // The broker delivers the message of a lost connection again, so handling it now
        // would handle it twice.
        if self.shared.stop.is_asked() || !job.delivery.is_live() {
            return;
        }
        let read = caught(async { self.read(&job) }).await;
        let message = match read {
            Ok(Ok(message)) => message,
            Ok(Err(error)) => return self.fail(job, error),
            Err(panic) => return self.fail(job, described("decoding panicked", &panic)),
        };
        if job.attempts > 0 {
            meter.retried.up();
        }
        job.attempts += 1;
        let Err(error) = self.handle(message).await else {
            return job.delivery.ack();
        };
        let reason = error_chain(&*error);
        meter.failed.up();
        tracing::warn!(
            exchange = job.delivery.exchange(),
            routing_key = job.delivery.routing_key(),
            attempts = job.attempts,
            reason,
            "handler failed"
        );
        self.fail(job, error);
    }

    /// Calls the handler. Returns its error or panic.
    async fn handle(&self, message: M) -> Result<(), SharedError> {
        let handled = caught(async {
            let result = (self.function)(message).await;
            // The conversion is the program's code, which may panic as well.
            result.map_err(|error| SharedError(Arc::from(error.into())))
        });
        let handled = handled.await;
        handled.unwrap_or_else(|panic| Err(described("the handler panicked", &panic)))
    }

    fn fail(&self, job: Job, error: SharedError) {
        let failed = FailedMessage {
            envelope: job.delivery.envelope().clone(),
            attempts: job.attempts,
            error,
        };
        // Fails if the consumer has ended.
        let _ = self.failures.send((job, failed));
    }

    fn read(&self, job: &Job) -> Result<M, SharedError> {
        let (meter, envelope) = (&self.shared.meter, job.delivery.envelope());
        let message = M::from_message(envelope).map_err(|error| {
            meter.unreadable.up();
            cause(error)
        })?;
        let validation = self.shared.config.handling.validation;
        // A message that is handled again was validated, and reported, the first time.
        if validation == Validation::Off || job.attempts > 0 {
            return Ok(message);
        }
        let Err(violations) = message.validate_payload() else {
            return Ok(message);
        };
        if meter.invalid.get() == 0 {
            tracing::warn!(
                "{envelope} breaks its schema: {violations}; later ones are logged at DEBUG"
            );
        }
        meter.invalid.up();
        self.shared.listener.send(&ConsumerEvent::Invalid {
            envelope: envelope.clone(),
            violations: violations.clone(),
        });
        match validation {
            Validation::Refuse => Err(violations.into()),
            Validation::Off | Validation::Report => Ok(message),
        }
    }
}

/// The cause of an error, without the exchange and the routing key, which reports add.
fn cause(error: DecodeError) -> SharedError {
    match error.kind {
        DecodeErrorKind::Payload(error) => error.into(),
        DecodeErrorKind::RoutingKey(error) => (*error).into(),
        unknown @ DecodeErrorKind::UnknownExchange => Described(unknown.to_string()).into(),
    }
}

fn described(what: &str, panic: &str) -> SharedError {
    Described(format!("{what}: {panic}")).into()
}

/// An error that consists of a text.
#[derive(Debug)]
struct Described(String);

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Described {}
