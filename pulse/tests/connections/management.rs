//! The clients of RabbitMQ's management API and of PulseGuardian, with all kinds of
//! answers.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use taskcluster_pulse::{
    Consumer, ConsumerEvent, Exchange, Management, ManagementError, MemoryBroker,
};

use crate::common::{Numbered, Seen, key, pair};

const QUEUE: &str = "queue/guest/test";

/// A server on 127.0.0.1 that sends one answer, or none for `None`, and returns the
/// request.
fn server(answer: Option<String>) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, request) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut got = Vec::new();
        let mut byte = [0];
        while !got.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
            got.push(byte[0]);
        }
        match answer {
            Some(answer) => stream.write_all(answer.as_bytes()).expect("sent"),
            // Until the client closes the connection.
            None => drop(stream.read(&mut byte)),
        }
        // The receiver may have been dropped.
        let _ = sender.send(String::from_utf8_lossy(&got).into_owned());
    });
    (port, request)
}

fn answer(status: &str, body: &str) -> Option<String> {
    let length = body.len();
    Some(format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    ))
}

fn management(port: u16) -> Management {
    Management::http(&format!("http://user:hush@127.0.0.1:{port}/v%2Fh")).expect("a URL")
}

async fn error_on(answer: Option<String>) -> ManagementError {
    let (port, _request) = server(answer);
    let error = management(port).bindings(QUEUE).await;
    let error = error.expect_err("no bindings");
    let text = format!("{error} {error:?}");
    let address = format!("http://user@127.0.0.1:{port} (virtual host v/h)");
    assert!(text.contains(&address) && text.contains("check"), "{text}");
    assert!(!text.contains("hush"), "{text}");
    error
}

#[tokio::test]
async fn the_request_names_one_queue_and_has_the_login() {
    let body = r#"[
        {"source": "", "vhost": "v/h", "destination": "queue/guest/test",
         "destination_type": "queue", "routing_key": "queue/guest/test",
         "arguments": {}, "properties_key": "queue%2Fguest%2Ftest"},
        {"source": "exchange/a", "routing_key": "a.#", "arguments": {}},
        {"source": "exchange/b", "routing_key": "", "arguments": {"x-match": "all"}}
    ]"#;
    let (port, request) = server(answer("200 OK", body));
    let bindings = management(port).bindings(QUEUE).await.expect("a list");
    let bindings: Vec<_> = bindings
        .iter()
        .map(|binding| {
            let (exchange, key) = (&*binding.exchange, &*binding.routing_key);
            (exchange, key, binding.has_arguments)
        })
        .collect();
    assert_eq!(
        bindings,
        [("exchange/a", "a.#", false), ("exchange/b", "", true)]
    );
    let request = request.recv().expect("a request");
    assert!(
        request.starts_with("GET /api/queues/v%2Fh/queue%2Fguest%2Ftest/bindings HTTP/1.1\r\n"),
        "{request}"
    );
    let login = "authorization: basic dXNlcjpodXNo\r\n".to_lowercase();
    assert!(request.to_lowercase().contains(&login), "{request}");
}

#[tokio::test]
async fn a_refused_login_has_the_reason() {
    let body = r#"{"error":"not_authorised","reason":"Not management user"}"#;
    let error = error_on(answer("401 Unauthorized", body)).await;
    assert!(
        matches!(&error, ManagementError::Login { reason, .. } if reason == "Not management user"),
        "{error}"
    );
    let error = error_on(answer("401 Unauthorized", "")).await;
    assert!(matches!(&error, ManagementError::Login { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_queue_is_named() {
    let body = r#"{"error":"Object Not Found","reason":"Not Found"}"#;
    // The latter is RabbitMQ's answer for a missing virtual host.
    for answer in [answer("404 Not Found", body), answer("200 OK", "[]")] {
        let error = error_on(answer).await;
        assert!(
            matches!(&error, ManagementError::NotFound { queue, .. } if queue == QUEUE),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_not_a_list_of_bindings_is_an_error() {
    for (status, body, expected) in [
        ("200 OK", "<html>", "not JSON"),
        ("200 OK", "{}", "not a JSON array"),
        ("200 OK", r#"[{"source": "e"}]"#, "routing_key"),
        ("500 Internal Server Error", "{}", "500"),
        ("301 Moved\r\nLocation: http://127.0.0.1:1/", "", "301"),
    ] {
        let error = error_on(answer(status, body)).await;
        assert!(
            matches!(&error, ManagementError::Answer { reason, .. } if reason.contains(expected)),
            "{status} {body}: {error}"
        );
    }
}

#[tokio::test]
async fn a_server_without_http_is_unreachable() {
    let error = error_on(Some("AMQP\0\0\x09\x01".to_owned())).await;
    assert!(
        matches!(error, ManagementError::Unreachable { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_without_tls_is_unreachable() {
    let (port, _request) = server(answer("200 OK", "[]"));
    let url = format!("https://user:hush@127.0.0.1:{port}");
    let management = Management::http(&url).expect("a URL");
    let error = management.bindings(QUEUE).await.expect_err("no TLS");
    let text = format!("{error} {error:?} {management:?}");
    assert!(
        matches!(error, ManagementError::Unreachable { .. }),
        "{text}"
    );
    assert!(!text.contains("hush"), "{text}");
}

/// One test for three cases, because each takes ten seconds.
#[tokio::test]
async fn an_unfinished_answer_is_given_up_after_ten_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let trickling = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let ((silent, _request), (guardian, _other)) = (server(None), server(None));
    let guardian = format!("http://127.0.0.1:{guardian}/");
    let guardian = Management::pulse_guardian(&guardian).expect("a URL");
    let services = [management(trickling), management(silent), guardian];
    let started = Instant::now();
    let (one, two, three) = tokio::join!(
        services[0].bindings(QUEUE),
        services[1].bindings(QUEUE),
        services[2].bindings(QUEUE)
    );
    for error in [one, two, three] {
        let error = error.expect_err("too slow");
        assert!(
            matches!(error, ManagementError::Unreachable { .. }),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
    }
    assert!(started.elapsed() < Duration::from_secs(20), "too long");
}

#[tokio::test]
async fn a_silent_service_delays_neither_messages_nor_the_stop() {
    let broker = MemoryBroker::new();
    let (port, request) = server(None);
    let started = Instant::now();
    let mut consumer = Consumer::builder(broker.connection())
        .queue("test")
        .bind(Numbered::default())
        .remove_other_bindings(management(port))
        .start()
        .await
        .expect("started");
    broker.publish(Numbered::INFO.exchange, "primary.a", &[], b"{}");
    consumer.next().await.expect("a delivery").ack();
    // The request is still open.
    assert!(request.try_recv().is_err());
    consumer.stop().await.expect("stopped");
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "waited for the service"
    );
}

#[test]
fn the_end_of_the_runtime_does_not_wait_for_the_service() {
    let (port, _request) = server(None);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let started = Instant::now();
    runtime.block_on(async {
        let management = management(port);
        let listing = management.bindings(QUEUE);
        let waited = tokio::time::timeout(Duration::from_millis(200), listing).await;
        waited.expect_err("no answer");
    });
    drop(runtime);
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "waited for the service"
    );
}

#[tokio::test]
async fn an_endless_answer_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let written = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[");
        let spaces = [b' '; 64 * 1024];
        let mut written = 0;
        while stream.write_all(&spaces).is_ok() {
            written += spaces.len();
        }
        written
    });
    let error = management(port).bindings(QUEUE).await;
    let error = error.expect_err("too large");
    assert!(
        matches!(error, ManagementError::Unreachable { .. }),
        "{error}"
    );
    let written = written.join().expect("no panic");
    assert!(written < 32 * 1024 * 1024, "{written} bytes were read");
}

#[tokio::test]
async fn a_binding_with_arguments_is_kept_and_reported() {
    let broker = MemoryBroker::new();
    let key = key(&Numbered::default());
    let exchange = Numbered::INFO.exchange;
    let body = format!(
        r#"[{{"source": "{exchange}", "routing_key": "{key}", "arguments": {{"a": 1}}}},
            {{"source": "{exchange}", "routing_key": "{key}", "arguments": {{}}}}]"#
    );
    let (port, _request) = server(answer("200 OK", &body));
    let seen = Seen::default();
    let consumer = Consumer::builder(broker.connection())
        .queue("test")
        .bind(Numbered::default())
        .remove_other_bindings(management(port))
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let left = |event: &ConsumerEvent| {
        matches!(event, ConsumerEvent::BindingLeft { queue, binding, .. }
            if queue == QUEUE && binding.exchange == exchange && binding.has_arguments)
    };
    seen.wait_for(left).await;
    assert_eq!(seen.removed(), []);
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_binding_that_is_too_long_for_amqp_is_kept_and_reported() {
    let long = "e".repeat(256);
    for (exchange, key) in [(&*long, "k"), ("e", &*long)] {
        let body = format!(r#"[{{"source": "{exchange}", "routing_key": "{key}"}}]"#);
        let (port, _request) = server(answer("200 OK", &body));
        let seen = Seen::default();
        let consumer = Consumer::builder(MemoryBroker::new().connection())
            .queue("test")
            .bind(Numbered::default())
            .remove_other_bindings(management(port))
            .on_event(seen.listener())
            .start()
            .await
            .expect("started");
        let left = |event: &ConsumerEvent| matches!(event, ConsumerEvent::BindingLeft { .. });
        seen.wait_for(left).await;
        assert_eq!(seen.removed(), []);
        consumer.stop().await.expect("stopped");
    }
}

mod pulse_guardian {
    use super::*;

    async fn ask(
        answer: Option<String>,
    ) -> (Result<Vec<(String, String)>, ManagementError>, String) {
        let (port, request) = server(answer);
        let url = format!("http://127.0.0.1:{port}/");
        let management = Management::pulse_guardian(&url).expect("a URL");
        let bindings = management.bindings(QUEUE).await;
        let bindings = bindings.map(|bindings| bindings.iter().map(pair).collect());
        (bindings, request.recv().expect("a request"))
    }

    #[tokio::test]
    async fn lists_the_bindings_of_a_queue_without_a_login() {
        let body = r#"{"queue_name": "queue/guest/test", "bindings": [
            {"source": "", "vhost": "/", "destination": "queue/guest/test",
             "destination_type": "queue", "routing_key": "queue/guest/test",
             "arguments": {}, "properties_key": "queue%2Fguest%2Ftest"},
            {"source": "exchange/a", "vhost": "/", "destination": "queue/guest/test",
             "destination_type": "queue", "routing_key": "a.#", "arguments": {}}
        ]}"#;
        let (bindings, request) = ask(answer("200 OK", body)).await;
        let expected = ("exchange/a".to_owned(), "a.#".to_owned());
        assert_eq!(bindings.expect("a list"), [expected]);
        let path = "GET /queue/queue/guest/test/bindings HTTP/1.1\r\n";
        assert!(request.starts_with(path), "{request}");
        assert!(
            !request.to_lowercase().contains("authorization"),
            "{request}"
        );
    }

    #[tokio::test]
    async fn an_unknown_queue_is_not_found() {
        let body = r#"{"queue_name": "queue/guest/test", "bindings": []}"#;
        let (bindings, _) = ask(answer("200 OK", body)).await;
        let error = bindings.expect_err("no queue");
        assert!(matches!(error, ManagementError::NotFound { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_wrong_answer_is_an_error() {
        for (status, body) in [
            ("200 OK", "<html>"),
            ("200 OK", "[]"),
            (
                "200 OK",
                r#"{"queue_name": "queue/guest/other", "bindings": [{}]}"#,
            ),
            ("200 OK", r#"{"queue_name": "queue/guest/test"}"#),
            (
                "200 OK",
                r#"{"queue_name": "queue/guest/test", "bindings": [
                    {"source": "e", "destination": "queue/guest/other", "routing_key": "k"}]}"#,
            ),
            ("500 Internal Server Error", "{}"),
        ] {
            let (bindings, _) = ask(answer(status, body)).await;
            let error = bindings.expect_err(body);
            assert!(
                matches!(error, ManagementError::Answer { .. }),
                "{status} {body}: {error}"
            );
            assert!(error.to_string().contains("check"), "{error}");
        }
    }

    #[test]
    fn an_address_with_a_login_is_refused_and_not_repeated() {
        for url in [
            "https://user:hush@host",
            "https://host/?hush",
            "https://host/#hush",
            "hush",
            "ftp://hush",
        ] {
            let error = Management::pulse_guardian(url).expect_err(url);
            let text = format!("{error} {error:?}");
            assert!(!text.contains("user:secret"), "{url}: {text}");
            assert!(!text.contains("hush"), "{url}: {text}");
        }
    }
}
