use std::cell::{Cell, RefCell};
use std::future::poll_fn;

use tokio::sync::{Semaphore, oneshot};
use tokio::task::coop;
use tokio::time::{advance, sleep, sleep_until};

use super::*;
use crate::client::publisher::PublishError;
use crate::client::publisher::pending::Place;

const DEADLINE: Duration = Duration::from_secs(60);

const ACK: Confirm = Confirm {
    is_ack: true,
    unrouted: None,
};
const NACK: Confirm = Confirm {
    is_ack: false,
    ..ACK
};

type Outcome = oneshot::Receiver<Result<(), PublishError>>;

type Answering = oneshot::Sender<Result<Confirm, TransportError>>;

/// A channel whose answers the test sends.
struct Sent {
    messages: RefCell<Vec<(String, Answering)>>,
    frame_max: Cell<usize>,
}

impl Default for Sent {
    fn default() -> Self {
        Self {
            messages: RefCell::default(),
            frame_max: Cell::new(131_072),
        }
    }
}

impl Sent {
    fn send(&self, messages: &mut InFlight) {
        messages.send(|message, _| {
            message.check(self.frame_max.get())?;
            let (sender, answer) = oneshot::channel();
            let sent = (message.routing_key.clone(), sender);
            self.messages.borrow_mut().push(sent);
            // lapin's answers don't use tokio's budget either.
            let answer = coop::unconstrained(answer);
            Ok(Box::pin(async {
                answer
                    .await
                    .unwrap_or_else(|_| Err(TransportError::closed()))
            }))
        });
    }

    /// Answers the message that was sent with this routing key, and removes it.
    fn answer(&self, routing_key: &str, answer: Result<Confirm, TransportError>) {
        let mut sent = self.messages.borrow_mut();
        let index = sent.iter().position(|(key, _)| key == routing_key);
        let (_, sender) = sent.remove(index.expect("sent"));
        sender.send(answer).expect("awaited");
    }

    fn keys(&self) -> Vec<String> {
        self.messages
            .borrow()
            .iter()
            .map(|(key, _)| key.clone())
            .collect()
    }
}

fn in_flight() -> InFlight {
    InFlight::new(DEADLINE, 2, Arc::default())
}

fn add(messages: &mut InFlight, routing_key: &str) -> Outcome {
    add_as(messages, message(routing_key), DEADLINE, Arc::default())
}

fn add_mandatory(messages: &mut InFlight, routing_key: &str) -> Outcome {
    let message = RawMessage {
        mandatory: true,
        ..message(routing_key)
    };
    add_as(messages, message, DEADLINE, Arc::default())
}

/// Adds a message that expires after `left`.
fn add_late(messages: &mut InFlight, routing_key: &str, left: Duration) -> Outcome {
    add_as(messages, message(routing_key), left, Arc::default())
}

/// Adds a message whose place `meter` counts.
fn add_counted(messages: &mut InFlight, routing_key: &str, meter: &Arc<Meter>) -> Outcome {
    add_as(messages, message(routing_key), DEADLINE, Arc::clone(meter))
}

fn message(routing_key: &str) -> RawMessage {
    RawMessage {
        exchange: "exchange/a".to_owned(),
        routing_key: routing_key.to_owned(),
        ..RawMessage::default()
    }
}

fn add_as(
    messages: &mut InFlight,
    message: RawMessage,
    left: Duration,
    meter: Arc<Meter>,
) -> Outcome {
    let (done, outcome) = oneshot::channel();
    let places = Arc::new(Semaphore::new(1));
    let deadline = Some(Instant::now() + left);
    let permit = places.try_acquire_owned().expect("a place");
    let place = Place::new(permit, meter);
    messages.add(Pending::new(message, deadline, done, place));
    outcome
}

/// Processes the answers that are ready.
fn poll_answers(messages: &mut InFlight) -> Result<(), TransportError> {
    let mut cx = Context::from_waker(Waker::noop());
    match messages.poll_answers(&mut cx) {
        Poll::Ready(result) => result,
        Poll::Pending => Ok(()),
    }
}

fn error_of(mut outcome: Outcome) -> PublishError {
    outcome
        .try_recv()
        .expect("an outcome")
        .expect_err("an error")
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_behind_a_late_one_is_seen_when_it_comes() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let late = add(&mut messages, "late");
    let mut outcomes = ["a", "b", "c"].map(|key| add(&mut messages, key));
    sent.send(&mut messages);
    sent.answer("b", Ok(ACK));
    let due = messages.due().expect("a time");
    assert!(due <= Instant::now() + Duration::from_millis(50), "{due:?}");
    sleep_until(due).await;
    messages.tick(&DelayReason::NoAnswer).expect("open");
    assert!(outcomes[1].try_recv().expect("an outcome").is_ok());

    // From then on each one wakes the task, and there is nothing to do in between.
    assert!(messages.due().expect("a deadline") > Instant::now() + DEADLINE / 2);
    for (index, key) in [(2, "c"), (0, "a")] {
        let answered = async {
            sleep(DEADLINE / 4).await;
            sent.answer(key, Ok(ACK));
            sleep(Duration::from_millis(1)).await;
        };
        let seen = poll_fn(|cx| messages.poll_answers(cx));
        tokio::select! {
            biased;
            seen = seen => seen.expect("open"),
            () = answered => panic!("{key} is not seen"),
        }
        assert!(outcomes[index].try_recv().expect("an outcome").is_ok());
    }

    advance(DEADLINE).await;
    messages.tick(&DelayReason::NoAnswer).expect("open");
    let error = error_of(late);
    assert!(
        matches!(error.kind, PublishErrorKind::NotConfirmed { .. }),
        "{error}"
    );
    assert!(messages.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_at_the_deadline_counts() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let mut outcome = add(&mut messages, "a");
    sent.send(&mut messages);
    advance(DEADLINE).await;
    sent.answer("a", Ok(ACK));
    messages.tick(&DelayReason::NoAnswer).expect("open");
    assert!(outcome.try_recv().expect("an outcome").is_ok());
}

/// Its answer takes memory, however long the broker withholds it.
#[tokio::test(start_paused = true)]
async fn a_message_without_an_answer_keeps_its_place_until_the_answer_or_the_loss() {
    for is_lost in [false, true] {
        let (mut messages, sent) = (in_flight(), Sent::default());
        let meter = Arc::new(Meter::default());
        let places = || meter.gauges().in_work;
        let outcome = add_counted(&mut messages, "sent", &meter);
        sent.send(&mut messages);
        let _unsent = add_counted(&mut messages, "unsent", &meter);
        advance(DEADLINE).await;
        messages.tick(&DelayReason::NoAnswer).expect("open");
        assert!(error_of(outcome).may_have_arrived);
        assert!(messages.is_empty(), "a publisher that is closed ends");
        assert_eq!(places(), 1);
        match is_lost {
            true => messages.connection_lost(),
            false => {
                sent.answer("sent", Ok(ACK));
                poll_answers(&mut messages).expect("open");
            }
        }
        assert_eq!(places(), 0);
    }
}

/// Otherwise one queue of which the broker confirms nothing would hold up all others.
#[tokio::test(start_paused = true)]
async fn a_connection_counts_as_lost_when_expired_messages_take_all_places_for_long() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let blocked = DelayReason::Blocked("low on memory".to_owned());
    let _outcomes = ["a", "b"].map(|key| add(&mut messages, key));
    sent.send(&mut messages);
    advance(DEADLINE).await;
    messages.tick(&DelayReason::NoAnswer).expect("open");
    sent.answer("a", Ok(ACK));
    poll_answers(&mut messages).expect("open");
    assert_eq!(messages.due(), None, "a place is free");

    let _outcome = add(&mut messages, "c");
    sent.send(&mut messages);
    advance(DEADLINE).await;
    messages.tick(&blocked).expect("open");
    for _ in 0..2 {
        let due = messages.due().expect("all places are taken");
        assert!(due >= Instant::now() + Duration::from_secs(30));
        sleep_until(due).await;
        messages
            .tick(&blocked)
            .expect("it answers when it reads again");
    }
    sleep_until(messages.due().expect("as before")).await;
    messages
        .tick(&DelayReason::NoAnswer)
        .expect_err("no answers");
    messages.connection_lost();
    assert_eq!(messages.due(), None);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_has_just_unblocked_the_connection_has_half_a_minute_to_answer() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let blocked = DelayReason::Blocked("low on memory".to_owned());
    let _outcomes = ["a", "b"].map(|key| add(&mut messages, key));
    sent.send(&mut messages);
    advance(DEADLINE).await;
    messages.tick(&blocked).expect("open");
    advance(Duration::from_secs(29)).await;
    messages.unblocked();
    advance(Duration::from_secs(29)).await;
    messages.tick(&DelayReason::NoAnswer).expect("it has time");
    advance(Duration::from_secs(1)).await;
    messages
        .tick(&DelayReason::NoAnswer)
        .expect_err("no answers");
}

/// The call that published it may have waited for a place for most of its time.
#[tokio::test(start_paused = true)]
async fn a_message_expires_at_its_deadline_also_behind_one_with_a_later_deadline() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let mut first = add(&mut messages, "first");
    let late = add_late(&mut messages, "late", DEADLINE / 10);
    sent.send(&mut messages);
    while let Some(due) = messages.due()
        && due <= Instant::now() + DEADLINE / 10
    {
        sleep_until(due).await;
        messages.tick(&DelayReason::NoAnswer).expect("open");
    }
    assert!(error_of(late).may_have_arrived);
    first.try_recv().expect_err("it has time left");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_confirmations_at_the_deadline_count() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let keys: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    let outcomes: Vec<_> = keys.iter().map(|key| add(&mut messages, key)).collect();
    sent.send(&mut messages);
    advance(DEADLINE).await;
    for key in keys.iter().skip(1) {
        sent.answer(key, Ok(ACK));
    }
    messages.tick(&DelayReason::NoAnswer).expect("open");
    let confirmed = outcomes.into_iter().filter_map(|mut outcome| {
        let outcome = outcome.try_recv().expect("an outcome");
        outcome.ok()
    });
    assert_eq!(confirmed.count(), 999);
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_is_sent_again_three_times_with_growing_delays() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let outcome = add(&mut messages, "a");
    sent.send(&mut messages);
    for (least, most) in [(200, 400), (400, 800), (800, 1600)] {
        sent.answer("a", Ok(NACK));
        poll_answers(&mut messages).expect("open");
        sent.send(&mut messages);
        assert!(sent.keys().is_empty(), "sent again at once");
        let wait = messages.due().expect("a time") - Instant::now();
        let within = Duration::from_millis(least)..=Duration::from_millis(most);
        assert!(within.contains(&wait), "{wait:?}");
        advance(wait).await;
        messages.tick(&DelayReason::NoAnswer).expect("open");
        sent.send(&mut messages);
    }
    sent.answer("a", Ok(NACK));
    poll_answers(&mut messages).expect("open");
    let error = error_of(outcome);
    assert!(
        matches!(error.kind, PublishErrorKind::QueueFull { attempts: 4, .. }),
        "{error}"
    );
    let text = error.to_string();
    assert!(text.ends_with("(it may have arrived)"), "{text}");
}

/// The nack was for one of the queues; others may have the message.
#[tokio::test(start_paused = true)]
async fn a_refused_message_may_have_arrived_if_it_was_nacked_before() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let outcome = add(&mut messages, "a");
    sent.send(&mut messages);
    sent.answer("a", Ok(NACK));
    poll_answers(&mut messages).expect("open");
    sleep_until(messages.due().expect("a time")).await;
    messages.tick(&DelayReason::NoAnswer).expect("open");
    sent.send(&mut messages);
    let missing = TransportError::coded(code::NOT_FOUND, "no exchange 'exchange/a'");
    messages.channel_closed(&missing, &[]);
    let error = error_of(outcome);
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
    assert!(error.may_have_arrived, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_that_was_sent_again_may_have_arrived() {
    for is_lost in [false, true] {
        let (mut messages, sent) = (in_flight(), Sent::default());
        let outcome = add(&mut messages, "a");
        sent.send(&mut messages);
        let missing = TransportError::coded(code::NOT_FOUND, "no exchange 'exchange/a'");
        messages.channel_closed(&missing, &["exchange/a"]);
        sleep_until(messages.due().expect("a time")).await;
        messages.tick(&DelayReason::NoAnswer).expect("open");
        sent.send(&mut messages);
        if is_lost {
            messages.connection_lost();
        }
        advance(DEADLINE).await;
        messages.tick(&DelayReason::NoAnswer).expect("open");
        let error = error_of(outcome);
        assert!(
            matches!(error.kind, PublishErrorKind::NotConfirmed { .. }),
            "{error}"
        );
        assert!(error.may_have_arrived, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_message_that_closes_the_channel_is_found() {
    let too_large = || TransportError::coded(code::PRECONDITION_FAILED, "message too large");
    let (mut messages, sent) = (in_flight(), Sent::default());
    let mut first = add(&mut messages, "first");
    let large = add(&mut messages, "large");
    let _last = add(&mut messages, "last");
    sent.send(&mut messages);
    sent.messages.take();
    let error = poll_answers(&mut messages).expect_err("closed");
    assert!(error.is_unexplained);
    messages.channel_closed(&too_large(), &[]);

    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["first"], "one at a time");
    sent.answer("first", Ok(ACK));
    poll_answers(&mut messages).expect("open");
    assert!(first.try_recv().expect("an outcome").is_ok());
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["large", "last"], "two at a time");
    sent.messages.take();
    messages.channel_closed(&too_large(), &[]);

    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["large"], "one at a time");
    sent.answer("large", Err(too_large()));
    let error = poll_answers(&mut messages).expect_err("closed");
    messages.channel_closed(&error, &[]);
    let error = error_of(large);
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("message too large"), "{error}");
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["last"]);
}

/// A broker that refuses some of a thousand messages, for a reason that names none. A channel
/// that it closes has answered nothing.
struct Search {
    refused: fn(usize) -> bool,
    round_trips: usize,
    closings: usize,
    /// How many times each message was accepted.
    accepted: [usize; 1000],
    outcomes: Vec<Outcome>,
    messages: InFlight,
}

impl Search {
    fn of(refused: fn(usize) -> bool) -> Self {
        let mut messages = in_flight();
        let keys = (0..1000).map(|number: usize| number.to_string());
        let outcomes = keys.map(|key| add(&mut messages, &key)).collect();
        let mut search = Self {
            refused,
            round_trips: 0,
            closings: 0,
            accepted: [0; 1000],
            outcomes,
            messages,
        };
        while !search.messages.is_empty() {
            search.make_round_trip();
        }
        search
    }

    fn make_round_trip(&mut self) {
        let sent = Sent::default();
        sent.send(&mut self.messages);
        self.round_trips += 1;
        let keys = sent.keys();
        let numbers = keys
            .iter()
            .map(|key| key.parse::<usize>().expect("a number"));
        let accepted: Vec<_> = numbers
            .take_while(|number| !(self.refused)(*number))
            .collect();
        accepted
            .iter()
            .for_each(|number| self.accepted[*number] += 1);
        if accepted.len() < keys.len() {
            self.closings += 1;
            let reason = TransportError::coded(code::PRECONDITION_FAILED, "invalid message");
            return self.messages.channel_closed(&reason, &[]);
        }
        keys.iter().for_each(|key| sent.answer(key, Ok(ACK)));
        poll_answers(&mut self.messages).expect("open");
    }

    fn assert_outcomes(&mut self) {
        for (number, outcome) in self.outcomes.iter_mut().enumerate() {
            let outcome = outcome.try_recv().expect("an outcome");
            assert_eq!(outcome.is_err(), (self.refused)(number), "{number}");
        }
    }
}

/// One at a time, the last one would take a minute and more, and all others their deadlines.
#[tokio::test(start_paused = true)]
async fn a_refused_message_is_found_in_few_round_trips_wherever_it_is() {
    for refused in [|it| it == 0, |it| it == 9, |it| it == 500, |it| it == 999] {
        let mut search = Search::of(refused);
        search.assert_outcomes();
        assert!(
            search.round_trips < 60,
            "{} round trips",
            search.round_trips
        );
        assert!(search.closings <= 11, "{} channels", search.closings);
        assert!(search.accepted.iter().all(|copies| *copies <= 11));
        let copies: usize = search.accepted.iter().sum();
        assert!(copies < 3000, "three times at most, on average");
    }
}

#[tokio::test(start_paused = true)]
async fn a_search_ends_if_many_messages_are_refused() {
    let mut all = Search::of(|_| true);
    all.assert_outcomes();
    assert_eq!(all.closings, 1001);
    let mut half = Search::of(|number| number % 2 == 0);
    half.assert_outcomes();
    assert!(half.closings <= 1010, "{} channels", half.closings);
    assert!(half.accepted.iter().all(|copies| *copies <= 3));
}

/// Those that have expired, or need no answer any more, don't count.
#[tokio::test(start_paused = true)]
async fn messages_are_not_slowed_down_by_a_search_for_one_that_has_expired() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let too_large = TransportError::coded(code::PRECONDITION_FAILED, "message too large");
    let late = DEADLINE / 2;
    let expired = ["a", "b", "c", "d"].map(|key| add_late(&mut messages, key, late));
    sent.send(&mut messages);
    sent.messages.take();
    messages.channel_closed(&too_large, &[]);
    advance(late).await;
    messages.tick(&DelayReason::NoAnswer).expect("open");
    assert!(
        expired
            .map(error_of)
            .iter()
            .all(|error| error.may_have_arrived)
    );
    let _later = ["e", "f", "g", "h"].map(|key| add(&mut messages, key));
    for keys in [&["e"][..], &["f", "g"]] {
        sent.send(&mut messages);
        assert_eq!(sent.keys(), keys);
        keys.iter().for_each(|key| sent.answer(key, Ok(ACK)));
        poll_answers(&mut messages).expect("open");
    }
}

/// Searched for, the others would take some round trips, and some would arrive again.
#[tokio::test(start_paused = true)]
async fn messages_above_the_brokers_limit_are_found_by_their_size() {
    let of_bytes = |bytes| RawMessage {
        bytes: vec![0; bytes],
        ..message(&bytes.to_string())
    };
    for words in ["max size", "configured max size"] {
        let reason = format!("PRECONDITION_FAILED - message size 12 is larger than {words} 10");
        let too_large = TransportError::coded(code::PRECONDITION_FAILED, reason);
        let (mut messages, sent) = (in_flight(), Sent::default());
        let [_small, large, larger] = [10, 11, 12]
            .map(|bytes| add_as(&mut messages, of_bytes(bytes), DEADLINE, Arc::default()));
        sent.send(&mut messages);
        sent.messages.take();
        messages.channel_closed(&too_large, &[]);
        for error in [large, larger].map(error_of) {
            assert!(
                error.to_string().contains("make the message smaller"),
                "{error}"
            );
        }
        let _later = add(&mut messages, "later");
        sent.send(&mut messages);
        assert_eq!(sent.keys(), ["10", "later"]);
    }
}

/// Searched for, they would take a channel each.
#[tokio::test(start_paused = true)]
async fn messages_to_a_forbidden_exchange_are_found_by_its_name() {
    let reason = "ACCESS_REFUSED - write access to exchange 'exchange/b' in vhost '/' refused \
                  for user 'guest'";
    let forbidden = TransportError::coded(code::ACCESS_REFUSED, reason);
    let to_b = RawMessage {
        exchange: "exchange/b".to_owned(),
        ..message("b")
    };
    let (mut messages, sent) = (in_flight(), Sent::default());
    let _first = add(&mut messages, "first");
    let refused = add_as(&mut messages, to_b, DEADLINE, Arc::default());
    let _last = add(&mut messages, "last");
    sent.send(&mut messages);
    sent.messages.take();
    // Declaring it again would not help.
    messages.channel_closed(&forbidden, &["exchange/b"]);
    let error = error_of(refused);
    assert!(error.to_string().contains("write access"), "{error}");
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["first", "last"]);
}

/// Other messages to the exchange may be allowed.
#[tokio::test(start_paused = true)]
async fn the_message_with_a_forbidden_routing_key_is_searched_for() {
    let reason = "ACCESS_REFUSED - write access to topic 'b' in exchange 'exchange/a' in vhost \
                  '/' refused for user 'guest'";
    let forbidden = TransportError::coded(code::ACCESS_REFUSED, reason);
    let (mut messages, sent) = (in_flight(), Sent::default());
    let _outcomes = ["a", "b"].map(|key| add(&mut messages, key));
    sent.send(&mut messages);
    sent.messages.take();
    messages.channel_closed(&forbidden, &[]);
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["a"], "one at a time");
}

/// A broker does not answer a message to a quorum queue without a majority of its members.
#[tokio::test(start_paused = true)]
async fn a_message_without_an_answer_delays_others_at_most_until_its_deadline() {
    let too_large = TransportError::coded(code::PRECONDITION_FAILED, "message too large");
    let (mut messages, sent) = (in_flight(), Sent::default());
    let earlier = ["unanswered", "large"].map(|key| add(&mut messages, key));
    sent.send(&mut messages);
    sent.messages.take();
    messages.channel_closed(&too_large, &[]);
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["unanswered"], "one at a time");
    advance(DEADLINE / 2).await;
    let _later = add(&mut messages, "later");
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["unanswered"], "one at a time");
    advance(DEADLINE / 2).await;
    messages.tick(&DelayReason::NoAnswer).expect("open");
    assert!(
        earlier
            .map(error_of)
            .iter()
            .all(|error| error.may_have_arrived)
    );
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["unanswered", "later"]);
}

#[tokio::test(start_paused = true)]
async fn unanswered_messages_of_a_lost_connection_are_sent_again_in_order() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let _outcomes: Vec<_> = ["a", "b"].map(|key| add(&mut messages, key)).into();
    sent.send(&mut messages);
    let _unsent = add(&mut messages, "c");
    sent.messages.take();
    messages.connection_lost();
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_the_reason_at_the_deadline() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let refused = add(&mut messages, "refused");
    sent.send(&mut messages);
    advance(DEADLINE - Duration::from_millis(10)).await;
    sent.answer("refused", Ok(NACK));
    advance(Duration::from_millis(10)).await;
    messages.tick(&DelayReason::NoAnswer).expect("open");
    let error = error_of(refused);
    assert!(
        matches!(error.kind, PublishErrorKind::QueueFull { .. }),
        "{error}"
    );
    assert!(error.may_have_arrived);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_expires_before_it_can_be_sent_has_its_own_cause() {
    let mut messages = in_flight();
    let late = add(&mut messages, "late");
    advance(DEADLINE).await;
    messages.tick(&DelayReason::NoAnswer).expect("open");
    let error = error_of(late);
    assert!(
        matches!(error.kind, PublishErrorKind::NotSent { .. }),
        "{error}"
    );
    let cause = std::error::Error::source(&error).expect("a cause");
    assert!(cause.to_string().contains("no time"), "{cause}");
}

#[tokio::test(start_paused = true)]
async fn a_message_above_the_next_connections_frame_max_is_too_long() {
    let too_large = TransportError::coded(code::PRECONDITION_FAILED, "message too large");
    for channel_only in [false, true] {
        let (mut messages, sent) = (in_flight(), Sent::default());
        let earlier = ["earlier", "too"].map(|key| add(&mut messages, key));
        sent.send(&mut messages);
        let later = add(&mut messages, "later");
        match channel_only {
            true => messages.channel_closed(&too_large, &[]),
            false => messages.connection_lost(),
        }
        sent.frame_max.set(16);
        sent.send(&mut messages);
        let earlier = earlier.map(|outcome| (outcome, true));
        for (outcome, may_have_arrived) in earlier.into_iter().chain([(later, false)]) {
            let error = error_of(outcome);
            assert!(
                matches!(error.kind, PublishErrorKind::TooLong { .. }),
                "{error}"
            );
            assert_eq!(error.may_have_arrived, may_have_arrived, "{error}");
        }
        assert!(messages.is_empty());
    }
}

/// If each message were looked for among all others, this would take more than a minute.
#[tokio::test(start_paused = true)]
async fn messages_to_a_missing_exchange_are_sorted_out_in_linear_time() {
    let missing = "NOT_FOUND - no exchange 'exchange/a' in vhost '/'";
    let missing = TransportError::coded(code::NOT_FOUND, missing);
    for declared in [&[][..], &["exchange/a"]] {
        let (mut messages, sent) = (in_flight(), Sent::default());
        let _outcomes: Vec<_> = (0..50_000).map(|_| add(&mut messages, "key")).collect();
        sent.send(&mut messages);
        messages.channel_closed(&missing, declared);
        assert_eq!(messages.is_empty(), declared.is_empty());
    }
}

/// The exchange may be deleted again each time it is declared, so resends are limited and
/// delayed.
#[tokio::test(start_paused = true)]
async fn a_message_to_an_exchange_that_stays_missing_is_sent_four_times() {
    let missing = "NOT_FOUND - no exchange 'exchange/a' in vhost '/'";
    let missing = || TransportError::coded(code::NOT_FOUND, missing);
    let (mut messages, sent) = (in_flight(), Sent::default());
    let outcome = add(&mut messages, "a");
    let mut times = 0;
    let started = Instant::now();
    while !messages.is_empty() {
        sent.send(&mut messages);
        if !sent.messages.take().is_empty() {
            times += 1;
            messages.channel_closed(&missing(), &["exchange/a"]);
        }
        let wait = messages
            .due()
            .map_or(Duration::ZERO, |due| due - Instant::now());
        advance(wait).await;
        messages.tick(&DelayReason::NoAnswer).expect("open");
    }
    assert_eq!(times, 4);
    assert!(started.elapsed() >= Duration::from_millis(1400), "no wait");
    let error = error_of(outcome);
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("no exchange"), "{error}");
}

/// Three mandatory messages, `lost` ones without a route, and the answers that come for
/// them: each may name another message as returned.
#[tokio::test(start_paused = true)]
async fn a_message_that_reached_no_queue_is_refused_whichever_answer_shows_that() {
    let cases = [
        (["kept", "late", "lost"], [("kept", "lost"), ("lost", "")]),
        (["lost", "kept", "late"], [("kept", "lost"), ("lost", "")]),
        (
            ["lost", "lost2", "late"],
            [("lost2", "lost"), ("lost", "lost2")],
        ),
        (
            ["lost", "lost2", "late"],
            [("lost", "lost"), ("lost2", "lost2")],
        ),
        (
            ["lost", "late", "lost2"],
            [("lost2", "lost"), ("lost", "lost2")],
        ),
    ];
    for (keys, answers) in cases {
        let (mut messages, sent) = (in_flight(), Sent::default());
        let outcomes = keys.map(|key| (key, add_mandatory(&mut messages, key)));
        sent.send(&mut messages);
        for (key, returned) in answers.into_iter().chain([("late", "")]) {
            let unrouted = keys.iter().position(|key| *key == returned);
            let unrouted = unrouted.map(|number| number as u64);
            sent.answer(key, Ok(Confirm { unrouted, ..ACK }));
            poll_answers(&mut messages).expect("open");
        }
        for (key, mut outcome) in outcomes {
            let outcome = outcome.try_recv().expect("an outcome");
            assert_eq!(outcome.is_err(), key.starts_with("lost"), "{keys:?}: {key}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn answers_count_that_are_ready_when_the_channel_is_lost() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let keys = ["lost", "kept", "unanswered"];
    let mut outcomes = keys.map(|key| add_mandatory(&mut messages, key));
    sent.send(&mut messages);
    poll_answers(&mut messages).expect("open");
    sent.answer("unanswered", Err(TransportError::closed()));
    sent.answer("lost", Ok(ACK));
    let unrouted = Some(0);
    sent.answer("kept", Ok(Confirm { unrouted, ..ACK }));
    poll_answers(&mut messages).expect_err("closed");
    messages.connection_lost();
    let [lost, kept, unanswered] = &mut outcomes;
    assert!(lost.try_recv().expect("an outcome").is_err());
    assert!(kept.try_recv().expect("an outcome").is_ok());
    unanswered.try_recv().expect_err("no answer");
    sent.messages.take();
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["unanswered"]);
}

/// The return of a message is lost with the channel if no answer has carried it.
#[tokio::test(start_paused = true)]
async fn a_message_that_may_be_returned_is_sent_again_on_another_connection() {
    let (mut messages, sent) = (in_flight(), Sent::default());
    let mut outcomes = ["a", "b"].map(|key| add_mandatory(&mut messages, key));
    sent.send(&mut messages);
    sent.answer("b", Ok(ACK));
    poll_answers(&mut messages).expect("open");
    messages.connection_lost();
    sent.messages.take();
    sent.send(&mut messages);
    assert_eq!(sent.keys(), ["a", "b"]);
    for key in ["a", "b"] {
        sent.answer(key, Ok(ACK));
    }
    poll_answers(&mut messages).expect("open");
    for outcome in &mut outcomes {
        assert!(outcome.try_recv().expect("an outcome").is_ok());
    }
}
