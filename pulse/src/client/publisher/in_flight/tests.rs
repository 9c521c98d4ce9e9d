use std::cell::RefCell;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::advance;

use super::*;
use crate::client::publisher::PublishError;
use crate::client::publisher::pending::Room;
use crate::client::transport::OutgoingMessage;

const DEADLINE: Duration = Duration::from_secs(60);

type Outcome = oneshot::Receiver<Result<(), PublishError>>;

type Answering = oneshot::Sender<Result<bool, TransportError>>;

/// A channel that a test answers for.
#[derive(Default)]
struct Sent(RefCell<Vec<(String, Answering)>>);

impl Sent {
    fn publish(&self, message: &Arc<OutgoingMessage>) -> Answer {
        let (sender, answer) = oneshot::channel();
        let sent = (message.routing_key.clone(), sender);
        self.0.borrow_mut().push(sent);
        Box::pin(async {
            answer
                .await
                .unwrap_or_else(|_| Err(TransportError::closed()))
        })
    }

    /// Answers the message that was sent with this routing key, and forgets it.
    fn answer(&self, routing_key: &str, answer: Result<bool, TransportError>) {
        let mut sent = self.0.borrow_mut();
        let index = sent.iter().position(|(key, _)| key == routing_key);
        let (_, sender) = sent.remove(index.expect("sent"));
        sender.send(answer).expect("awaited");
    }

    fn keys(&self) -> Vec<String> {
        self.0.borrow().iter().map(|(key, _)| key.clone()).collect()
    }
}

fn in_flight() -> InFlight {
    InFlight::new(DEADLINE, Arc::default())
}

fn add(messages: &mut InFlight, routing_key: &str) -> Outcome {
    let (done, outcome) = oneshot::channel();
    let room = Arc::new(Semaphore::new(1));
    let message = OutgoingMessage {
        exchange: "exchange/a".to_owned(),
        routing_key: routing_key.to_owned(),
        cc: Vec::new(),
        bytes: Vec::new(),
        ..OutgoingMessage::default()
    };
    let deadline = Some(Instant::now() + DEADLINE);
    let permit = room.try_acquire_owned().expect("room");
    let room = Room::new(permit, Arc::default());
    messages.add(Pending::new(message, deadline, done, room));
    outcome
}

fn error_of(mut outcome: Outcome) -> PublishError {
    outcome
        .try_recv()
        .expect("an outcome")
        .expect_err("an error")
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_behind_a_late_one_is_seen() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let late = add(&mut messages, "late");
    let mut taken = add(&mut messages, "taken");
    messages.send(|message| sent.publish(message));
    sent.answer("taken", Ok(true));
    advance(SWEEP_AFTER).await;
    assert!(messages.due().expect("a time") <= Instant::now());
    messages.tick(&Hindrance::NoAnswer).expect("open");
    assert!(taken.try_recv().expect("an outcome").is_ok());

    advance(DEADLINE).await;
    messages.tick(&Hindrance::NoAnswer).expect("open");
    let error = error_of(late);
    assert!(
        matches!(error, PublishError::MayHaveArrived { .. }),
        "{error}"
    );
    assert!(messages.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_at_the_last_moment_counts() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let mut outcome = add(&mut messages, "a");
    messages.send(|message| sent.publish(message));
    advance(DEADLINE).await;
    sent.answer("a", Ok(true));
    messages.tick(&Hindrance::NoAnswer).expect("open");
    assert!(outcome.try_recv().expect("an outcome").is_ok());
}

#[tokio::test(start_paused = true)]
async fn refusals_are_answered_by_three_resends_with_growing_waits() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let outcome = add(&mut messages, "a");
    messages.send(|message| sent.publish(message));
    for (least, most) in [(200, 400), (400, 800), (800, 1600)] {
        sent.answer("a", Ok(false));
        messages.sweep().expect("open");
        messages.send(|message| sent.publish(message));
        assert!(sent.keys().is_empty(), "sent again at once");
        let wait = messages.due().expect("a time") - Instant::now();
        let within = Duration::from_millis(least)..=Duration::from_millis(most);
        assert!(within.contains(&wait), "{wait:?}");
        advance(wait).await;
        messages.tick(&Hindrance::NoAnswer).expect("open");
        messages.send(|message| sent.publish(message));
    }
    sent.answer("a", Ok(false));
    messages.sweep().expect("open");
    let error = error_of(outcome);
    assert!(
        matches!(error, PublishError::QueueFull { attempts: 4, .. }),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_message_that_closes_the_channel_is_found() {
    let too_large = || TransportError::coded(code::PRECONDITION_FAILED, "message too large");
    let (mut messages, sent) = (in_flight(), Sent::default());
    let mut first = add(&mut messages, "first");
    let large = add(&mut messages, "large");
    let _last = add(&mut messages, "last");
    messages.send(|message| sent.publish(message));
    sent.0.take();
    let error = messages.sweep().expect_err("closed");
    assert!(error.is_unexplained());
    messages.channel_closed(&too_large(), &[]);

    messages.send(|message| sent.publish(message));
    assert_eq!(sent.keys(), ["first"], "one at a time");
    sent.answer("first", Ok(true));
    messages.sweep().expect("open");
    assert!(first.try_recv().expect("an outcome").is_ok());
    messages.send(|message| sent.publish(message));
    sent.answer("large", Err(too_large()));
    let error = messages.sweep().expect_err("closed");
    messages.channel_closed(&error, &[]);
    let error = error_of(large);
    assert!(matches!(error, PublishError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("message too large"), "{error}");
    messages.send(|message| sent.publish(message));
    assert_eq!(sent.keys(), ["last"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_connection_leaves_is_sent_again_in_order() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let _outcomes: Vec<_> = ["a", "b"].map(|key| add(&mut messages, key)).into();
    messages.send(|message| sent.publish(message));
    let _unsent = add(&mut messages, "c");
    sent.0.take();
    messages.unsend();
    messages.send(|message| sent.publish(message));
    assert_eq!(sent.keys(), ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_the_reason_at_the_deadline() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let refused = add(&mut messages, "refused");
    messages.send(|message| sent.publish(message));
    advance(DEADLINE - Duration::from_millis(10)).await;
    sent.answer("refused", Ok(false));
    advance(Duration::from_millis(10)).await;
    messages.tick(&Hindrance::NoAnswer).expect("open");
    let error = error_of(refused);
    assert!(matches!(error, PublishError::QueueFull { .. }), "{error}");
    assert!(error.may_have_arrived());
}

#[tokio::test(start_paused = true)]
async fn a_message_without_time_blames_no_broker() {
    let mut messages = in_flight();
    let late = add(&mut messages, "late");
    advance(DEADLINE).await;
    messages.tick(&Hindrance::NoAnswer).expect("open");
    let error = error_of(late);
    assert!(matches!(error, PublishError::NotSent { .. }), "{error}");
    let cause = std::error::Error::source(&error).expect("a cause");
    assert!(cause.to_string().contains("no time"), "{cause}");
}

/// Each sweep polls every answer, so they become rare while the broker is silent.
#[tokio::test(start_paused = true)]
async fn a_silent_broker_is_asked_less_and_less() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let mut outcomes: Vec<_> = ["first", "second", "third"]
        .map(|key| add(&mut messages, key))
        .into();
    messages.send(|message| sent.publish(message));
    let mut sweeps = 0;
    let end = Instant::now() + Duration::from_secs(20);
    while let Some(due) = messages.due().filter(|due| *due < end) {
        advance(due - Instant::now()).await;
        messages.tick(&Hindrance::NoAnswer).expect("open");
        sweeps += 1;
    }
    assert!((15..30).contains(&sweeps), "{sweeps} in 20 s");
    // An answer that is seen makes them frequent again.
    sent.answer("second", Ok(true));
    advance(LONGEST_SWEEP_AFTER).await;
    messages.tick(&Hindrance::NoAnswer).expect("open");
    assert!(outcomes[1].try_recv().expect("an outcome").is_ok());
    let due = messages.due().expect("a time");
    assert!(due <= Instant::now() + SWEEP_AFTER);
}
