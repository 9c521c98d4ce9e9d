//! Errors of a connection's setup that retries can't fix.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use taskcluster_pulse::{Connection, Error, Publisher, Reconnect};

/// The first bytes of AMQP 0-9-1, which a server sends back if it requires another
/// version.
const AMQP_HEADER: &[u8; 8] = b"AMQP\0\0\x09\x01";

/// A server on 127.0.0.1 that calls `serve` with one connection.
fn server<T: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (u16, Receiver<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, result) = channel();
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        let _ = sender.send(serve(stream));
    });
    (port, result)
}

/// A server with a certificate for `localhost`, and its authority's PEM file. It returns
/// the first bytes that it receives inside TLS.
fn tls_server() -> (u16, Receiver<Vec<u8>>, PathBuf) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let authority_pem = authority.self_signed(&authority_key).expect("signed").pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(["localhost".to_owned()])
        .and_then(|params| params.signed_by(&key, &issuer))
        .expect("signed");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .expect("a certificate");
    let (port, received) = server(move |stream| {
        let tls = ServerConnection::new(Arc::new(config)).expect("a configuration");
        let mut received = [0; 8];
        let read = StreamOwned::new(tls, stream).read_exact(&mut received);
        read.map_or_else(|_| Vec::new(), |()| received.to_vec())
    });
    let path = std::env::temp_dir().join(format!("taskcluster-pulse-{port}.pem"));
    std::fs::write(&path, authority_pem).expect("written");
    (port, received, path)
}

/// The error that ends the start, although reconnecting has no limit.
async fn start_error(connection: Connection) -> Error {
    let start = Publisher::builder(connection).start();
    let result = tokio::time::timeout(Duration::from_secs(20), start).await;
    let error = result.expect("it ends").expect_err("no broker");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("hush"), "{text}");
    error
}

fn connection(host: &str, port: u16) -> Connection {
    Connection::new(host, "user", "hush").port(port)
}

fn assert_tls_error(error: &Error, reason: &str, advice: &str) {
    assert!(matches!(error, Error::Tls { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(reason) && text.contains(advice), "{text}");
    assert!(std::error::Error::source(error).is_some(), "{error:?}");
}

#[tokio::test]
async fn the_authority_of_the_ca_file_is_trusted() {
    let (port, received, ca_file) = tls_server();
    let connection = connection("localhost", port).ca_file(&ca_file);
    let start = Publisher::builder(connection)
        .reconnect(Reconnect::forever().at_most(1))
        .start();
    let error = start.await.expect_err("it goes away");
    assert!(matches!(error, Error::GaveUp { .. }), "{error}");
    assert_eq!(received.recv().expect("served"), AMQP_HEADER);
    std::fs::remove_file(ca_file).expect("removed");
}

#[tokio::test]
async fn an_unknown_authority_ends_the_start() {
    let (port, _received, ca_file) = tls_server();
    let error = start_error(connection("localhost", port)).await;
    assert_tls_error(&error, "unknown authority", "SSL_CERT_FILE");
    std::fs::remove_file(ca_file).expect("removed");
}

#[tokio::test]
async fn another_host_name_ends_the_start() {
    let (port, _received, ca_file) = tls_server();
    let connection = connection("127.0.0.1", port).ca_file(&ca_file);
    let error = start_error(connection).await;
    assert_tls_error(&error, "another host name", "in the certificate");
    std::fs::remove_file(ca_file).expect("removed");
}

#[tokio::test]
async fn tls_to_a_plain_port_ends_the_start() {
    let (port, _sent) = server(|mut stream| stream.write_all(AMQP_HEADER));
    let error = start_error(connection("localhost", port)).await;
    assert_tls_error(&error, "does not speak TLS", "amqp://");
}

#[tokio::test]
async fn no_tls_to_a_tls_port_ends_the_start() {
    let (port, _received, ca_file) = tls_server();
    let error = start_error(connection("localhost", port).without_tls()).await;
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
    assert!(error.to_string().contains("amqps://"), "{error}");
    std::fs::remove_file(ca_file).expect("removed");
}

#[tokio::test]
async fn an_unusable_ca_file_ends_the_start() {
    let missing = std::env::temp_dir().join("taskcluster-pulse-no-such-file.pem");
    let empty = PathBuf::from(file!());
    let empty = empty.file_name().map(|name| {
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, "no certificate").expect("written");
        path
    });
    for path in [missing, empty.expect("a name")] {
        let error = start_error(connection("localhost", 1).ca_file(&path)).await;
        assert!(matches!(error, Error::CaFile { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(&path.display().to_string()), "{text}");
        let _ = std::fs::remove_file(path);
    }
}

#[tokio::test]
async fn a_frame_max_that_amqp_does_not_allow_ends_the_start() {
    let error = start_error(connection("localhost", 1).frame_max(100)).await;
    assert!(error.to_string().contains("frame_max"), "{error}");
}

#[tokio::test]
async fn a_silent_broker_is_disconnected_after_the_timeout() {
    let (port, left) = server(|mut stream| {
        // Ends when the client closes the connection.
        std::io::copy(&mut stream, &mut std::io::sink()).expect("read")
    });
    let connection = connection("localhost", port)
        .without_tls()
        .connection_timeout(Duration::from_millis(100));
    let start = Publisher::builder(connection)
        .reconnect(Reconnect::forever().at_most(1))
        .start();
    let error = start.await.expect_err("silence");
    let cause = std::error::Error::source(&error).expect("a cause");
    assert_eq!(cause.to_string(), "no answer within 100ms");
    let left = tokio::task::spawn_blocking(move || left.recv_timeout(Duration::from_secs(10)));
    left.await.expect("no panic").expect("the socket is closed");
}

/// The file system may not answer for a while.
#[cfg(unix)]
#[tokio::test]
async fn certificates_are_read_beside_other_tasks_and_within_the_timeout() {
    let path = std::env::temp_dir().join(format!("taskcluster-pulse-{}.fifo", std::process::id()));
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo").success());
    // Opening it waits for its writer.
    let connection = connection("localhost", 1)
        .ca_file(&path)
        .connection_timeout(Duration::from_millis(100));
    let start = Publisher::builder(connection)
        .reconnect(Reconnect::forever().at_most(1))
        .start();
    let error = start.await.expect_err("it takes long");
    assert!(matches!(error, Error::GaveUp { .. }), "{error}");
    std::fs::write(&path, "no certificate").expect("read now");
    std::fs::remove_file(path).expect("removed");
}
