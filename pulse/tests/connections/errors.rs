//! Every error type of the crate can be handled by its users.

use std::error::Error;
use std::io;
use std::sync::Arc;

use taskcluster_pulse::{
    DecodeError, PayloadError, RoutingKeyError, RoutingPattern, TimestampError, UnexpectedExchange,
    UnknownExchange, UnknownValue, Violation, Violations,
};

fn is_an_error<E: Error + Send + Sync + 'static>() {}

#[test]
fn every_error_can_be_boxed_and_sent() {
    is_an_error::<DecodeError>();
    is_an_error::<PayloadError>();
    is_an_error::<RoutingKeyError>();
    is_an_error::<TimestampError>();
    is_an_error::<UnexpectedExchange>();
    is_an_error::<UnknownExchange>();
    is_an_error::<UnknownValue>();
    is_an_error::<Violation>();
    is_an_error::<Violations>();
    #[cfg(any(feature = "amqp", feature = "memory"))]
    {
        is_an_error::<taskcluster_pulse::Error>();
        is_an_error::<taskcluster_pulse::BindingError>();
        is_an_error::<taskcluster_pulse::FailedMessage>();
        is_an_error::<taskcluster_pulse::ManagementError>();
        is_an_error::<taskcluster_pulse::PublishError>();
        is_an_error::<taskcluster_pulse::RecordingError>();
        is_an_error::<taskcluster_pulse::RoutesError>();
    }
}

/// The causes of an error, the nearest first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// The texts of an error and of its causes, each without the next.
fn texts(error: &(dyn Error + 'static)) -> Vec<String> {
    let texts = causes(error).map(ToString::to_string);
    std::iter::once(error.to_string()).chain(texts).collect()
}

/// Whether a downcast to the type of an error would fail, because it is behind a pointer.
fn is_pointer(error: &(dyn Error + 'static)) -> bool {
    error.is::<Arc<dyn Error + Send + Sync>>()
        || error.is::<Arc<io::Error>>()
        || error.is::<Arc<serde_json::Error>>()
        || error.is::<Box<RoutingKeyError>>()
}

#[track_caller]
fn assert_no_repetition(error: &(dyn Error + 'static), causes: usize) {
    assert!(!self::causes(error).any(is_pointer), "{error:?}");
    let texts = texts(error);
    assert_eq!(texts.len(), causes + 1, "{texts:#?}");
    for (text, cause) in texts.iter().zip(&texts[1..]) {
        assert!(!text.contains(cause), "{text:?} repeats {cause:?}");
    }
}

#[test]
fn no_error_repeats_its_cause() {
    let json = serde_json::from_str::<u8>("x").unwrap_err();
    let cause = PayloadError::Json(json);
    assert_no_repetition(&cause, 1);
    let kind = taskcluster_pulse::DecodeErrorKind::Payload(cause);
    assert_no_repetition(&DecodeError::new("exchange", "key", kind), 2);
    let cause = RoutingPattern::new("a.*b").unwrap_err();
    let kind = taskcluster_pulse::DecodeErrorKind::RoutingKey(cause.into());
    assert_no_repetition(&DecodeError::new("exchange", "key", kind), 1);
    assert_no_repetition(&DecodeError::unknown_exchange("exchange", "key"), 0);
}

#[cfg(feature = "amqp")]
mod amqp {
    use std::error::Error as _;
    use std::fmt;
    use std::io;
    use std::net::TcpListener;
    use std::sync::mpsc;
    use std::time::Duration;

    use taskcluster_pulse::{
        Connection, Consumer, Envelope, Error, Publisher, PublisherEvent, Queue, Reconnect,
    };

    use super::{assert_no_repetition, causes, texts};

    /// A port that refuses connections.
    fn closed_port() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    }

    fn connection() -> Connection {
        Connection::new("127.0.0.1", "user", "hush")
            .port(closed_port())
            .without_tls()
    }

    #[tokio::test]
    async fn the_last_attempt_is_the_source() {
        let consumer = Consumer::builder(connection())
            .queue(Queue::exclusive())
            .reconnect(Reconnect::forever().at_most(1));
        let error = consumer.start().await.expect_err("no broker");
        assert!(
            matches!(error, Error::GaveUp { attempts: 1, .. }),
            "{error}"
        );
        assert_no_repetition(&error, 2);
        let refused = causes(&error).find_map(|cause| cause.downcast_ref::<io::Error>());
        let refused = refused.expect("the socket's error");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[tokio::test]
    async fn an_event_has_its_error_and_the_cause() {
        let (sender, seen) = mpsc::channel();
        let publisher = Publisher::builder(connection())
            .on_event(move |event| drop(sender.send(event.clone())))
            .reconnect(Reconnect::forever().at_most(2))
            .start();
        publisher.await.expect_err("no broker");
        match seen.try_recv().expect("an event") {
            PublisherEvent::Reconnecting(next) => {
                assert_eq!(next.failures, 1);
                assert_no_repetition(&*next.error, 1);
            }
            event => panic!("{event:?}"),
        }
    }

    #[tokio::test]
    async fn a_provider_of_secrets_is_the_source() {
        let connection = connection().secret_from(async || Err::<String, _>("no vault"));
        let publisher = Publisher::builder(connection).reconnect(Reconnect::forever().at_most(1));
        let error = publisher.start().await.expect_err("no secret");
        assert_no_repetition(&error, 2);
        assert_eq!(texts(&error)[2], "no vault");
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_the_source() {
        let connection = Connection::new("127.0.0.1", "user", "hush").ca_file("/no/such/file");
        let error = Publisher::builder(connection).start().await;
        let error = error.expect_err("no certificates");
        assert_no_repetition(&error, 1);
        let cause = error.source().and_then(|it| it.downcast_ref::<io::Error>());
        let cause = cause.expect("the error of the file system");
        assert_eq!(cause.kind(), io::ErrorKind::NotFound);
    }

    /// As one with a poisoned lock.
    #[derive(Debug)]
    struct Unprintable;

    impl fmt::Display for Unprintable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no text today");
        }
    }

    impl std::error::Error for Unprintable {}

    #[tokio::test]
    async fn a_client_goes_on_although_the_text_of_a_providers_error_panics() {
        let connection = connection().secret_from(async || Err::<String, _>(Unprintable));
        let policy = Reconnect::forever().delays(Duration::ZERO, Duration::ZERO);
        let publisher = Publisher::builder(connection).reconnect(policy.at_most(2));
        let error = publisher.start().await.expect_err("no secret");
        let is_last = matches!(error, Error::GaveUp { attempts: 2, .. });
        assert!(is_last, "{error}");
    }

    #[test]
    fn an_invalid_line_of_a_recording_is_reported_once() {
        assert_no_repetition(&Envelope::from_json("x").expect_err("not JSON"), 1);
    }
}

#[cfg(feature = "management")]
#[tokio::test]
async fn an_answer_that_is_not_json_has_the_parsers_error() {
    use std::io::{Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a request");
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>");
    });
    let url = format!("http://user:hush@127.0.0.1:{port}");
    let management = taskcluster_pulse::Management::http(&url).expect("an address");
    let error = management
        .bindings("queue/user/q")
        .await
        .expect_err("not JSON");
    assert_no_repetition(&error, 1);
    server.join().expect("served");
}

#[cfg(feature = "memory")]
#[tokio::test]
async fn the_cause_of_a_delay_is_the_source() {
    use std::time::Duration;

    use taskcluster_pulse::{MemoryBroker, PublishErrorKind, Publisher};

    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection())
        .deadline(Duration::from_millis(50))
        .start()
        .await
        .expect("started");
    let envelope = taskcluster_pulse::Envelope::from_json(
        r#"{"exchange": "exchange/a", "routingKey": "k", "payload": {}}"#,
    );
    broker.block("low on disk");
    let envelope = envelope.expect("a message");
    // The broker says that it blocks when it receives the first message.
    let first = publisher.publish_envelope(&envelope).await;
    first.expect("accepted").await.expect_err("not confirmed");
    let second = publisher.publish_envelope(&envelope).await;
    let error = second.expect("accepted").await.expect_err("blocked");
    assert!(
        matches!(error.kind, PublishErrorKind::NotSent { .. }),
        "{error}"
    );
    assert_no_repetition(&error, 1);
}
