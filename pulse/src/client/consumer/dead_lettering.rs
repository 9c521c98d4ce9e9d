//! Publishes one failed message as a dead letter.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::dead_letter_publisher::DeadLetterPublisher;
use super::delivery::Delivery;
use super::event::ConsumerEvent;
use super::handler::Job;
use super::shared::Shared;
use crate::client::error::FailedMessage;

/// Time after which a delivery that waits for a confirmation no longer counts towards the
/// prefetch.
const UNCOUNTED_AFTER: Duration = Duration::from_millis(100);

/// How often to check whether a delivery can still be acked.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// How long a stopping consumer waits for confirmations.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Publishes a message as a dead letter and acks it, in as many attempts as it takes.
pub(super) async fn publish_dead_letter(shared: Arc<Shared>, job: Job, failed: FailedMessage) {
    let Some(publisher) = &shared.dead_letter_publisher else {
        return;
    };
    let report = |error| {
        let message = failed.clone();
        let event = ConsumerEvent::DeadLetterFailed { message, error };
        shared.listener.send(&event);
    };
    tokio::select! {
        biased;
        () = publisher.publish(&failed, report) => {}
        () = abandoned(&shared, publisher, &job.delivery, &failed) => return,
    }
    job.delivery.ack();
    shared.meter.dead_lettered.up();
    shared.listener.send(&ConsumerEvent::DeadLettered(failed));
}

/// Completes when the message is to be left to the broker: its delivery can't be acked
/// any more, and the broker has it, or the consumer stops.
async fn abandoned(
    shared: &Shared,
    publisher: &DeadLetterPublisher,
    delivery: &Delivery,
    failed: &FailedMessage,
) {
    // Taken before its delivery may be lost, so that a stop waits for each.
    let place = publisher.place_of_last_copy();
    sleep(UNCOUNTED_AFTER).await;
    let _waiting = delivery.wait();
    let mut stopped = pin!(async {
        shared.stop.asked().await;
        sleep(STOP_TIMEOUT).await;
    });
    let lost = async {
        while delivery.is_live() {
            sleep(CHECK_INTERVAL).await;
        }
    };
    let is_lost = tokio::select! {
        () = &mut stopped => false,
        () = lost => true,
    };
    if !publisher.may_be_last() {
        return;
    }
    if is_lost && place.is_some() {
        stopped.await;
    }
    tracing::error!("the broker has not taken a dead letter, which may be lost: {failed}");
}
