//! Deployments that are slow, broken, oversized or hostile, and one that works.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use taskcluster_documents::{Source, load, resolve};

use super::{Error, Limits, RootUrl};

const REFERENCE: &str = r#"{"serviceName": "egg", "exchangePrefix": "exchange/egg/v1/", "entries": [
    {"name": "laid", "exchange": "laid", "schema": "v1/egg.json#", "routingKey": []}]}"#;
const EGG: &str =
    r#"{"$id": "/schemas/egg/v1/egg.json#", "properties": {"hen": {"$ref": "hen.json#"}}}"#;
const HEN: &str =
    r#"{"$id": "/schemas/egg/v1/hen.json#", "properties": {"egg": {"$ref": "egg.json#"}}}"#;

/// The response of a server.
#[derive(Clone, Debug)]
enum Answer {
    Json(String),
    Redirect(String),
    /// The head of a response without a body.
    Silence,
    /// More bytes than any document has.
    Endless,
    /// The same, in chunks.
    EndlessChunks,
    /// A byte at a time, slowly.
    Drip,
    /// A compressed body of zeros that expands a thousandfold.
    Compressed,
    /// Fewer bytes than announced.
    Torn,
    /// The status of a server that is overloaded.
    Failure,
}

fn fetch(root: &str, limits: Limits) -> Result<Vec<Source>, Error> {
    super::fetch(&RootUrl::parse(root)?, limits)
}

/// Starts a server on a free port, which runs as long as the process.
fn serve(answers: &[(&str, Answer)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let root = format!("http://{}", listener.local_addr().expect("an address"));
    let answers: BTreeMap<String, Answer> = answers
        .iter()
        .map(|(path, answer)| ((*path).to_owned(), answer.clone()))
        .collect();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = answers.clone();
            thread::spawn(move || drop(answer(&stream, &answers)));
        }
    });
    root
}

/// Reads a request, for its path.
fn requested_path(stream: &TcpStream) -> std::io::Result<String> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap_or(Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    Ok(request.split(' ').nth(1).unwrap_or_default().to_owned())
}

/// Sends `bytes` again and again, until the client closes the connection.
fn send_forever(mut stream: &TcpStream, bytes: &[u8], pause: Duration) -> std::io::Result<()> {
    loop {
        stream.write_all(bytes)?;
        thread::sleep(pause);
    }
}

fn answer(mut stream: &TcpStream, answers: &BTreeMap<String, Answer>) -> std::io::Result<()> {
    let path = requested_path(stream)?;
    let head = |status: &str, length: usize| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n")
    };
    match answers.get(&path) {
        None => write!(stream, "{}\r\n", head("404 Not Found", 0)),
        Some(Answer::Failure) => {
            write!(stream, "{}\r\n", head("503 Service Unavailable", 0))
        }
        Some(Answer::Json(body)) => write!(stream, "{}\r\n{body}", head("200 OK", body.len())),
        Some(Answer::Redirect(to)) => {
            write!(stream, "{}Location: {to}\r\n\r\n", head("302 Found", 0))
        }
        Some(Answer::Silence) => {
            write!(stream, "{}\r\n", head("200 OK", 10))?;
            thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        Some(Answer::EndlessChunks) => {
            let chunked = "Transfer-Encoding: chunked\r\nConnection: close";
            write!(stream, "HTTP/1.1 200 OK\r\n{chunked}\r\n\r\n")?;
            send_forever(stream, b"4\r\n    \r\n", Duration::ZERO)
        }
        Some(Answer::Drip) => {
            write!(stream, "{}\r\n", head("200 OK", 1000))?;
            send_forever(stream, b" ", Duration::from_millis(50))
        }
        Some(Answer::Compressed) => {
            let (head, body) = (head("200 OK", 1000), [0; 1000]);
            write!(stream, "{head}Content-Encoding: gzip\r\n\r\n")?;
            stream.write_all(&body)
        }
        Some(Answer::Torn) => write!(stream, "{}\r\n{{\"a\"", head("200 OK", 1000)),
        Some(Answer::Endless) => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            send_forever(stream, &[b' '; 4096], Duration::ZERO)
        }
    }
}

fn manifest(paths: &[&str]) -> Answer {
    Answer::Json(serde_json::json!({ "references": paths }).to_string())
}

fn json(text: &str) -> Answer {
    Answer::Json(text.to_owned())
}

/// A deployment with one exchange, in which `other` replaces a response.
fn deployment(other: Option<(&str, Answer)>) -> String {
    let mut answers = vec![
        (
            "/references/manifest.json",
            manifest(&[
                "/references/egg/v1/api.json",
                "/references/egg/v1/exchanges.json",
            ]),
        ),
        ("/references/egg/v1/exchanges.json", json(REFERENCE)),
        ("/schemas/egg/v1/egg.json", json(EGG)),
        ("/schemas/egg/v1/hen.json", json(HEN)),
    ];
    if let Some((path, answer)) = other {
        answers.retain(|(known, _)| *known != path);
        answers.push((path, answer));
    }
    serve(&answers)
}

fn limits() -> Limits {
    Limits {
        document_bytes: 10_000,
        whole_bytes: 30_000,
        documents: 10,
        document_time: Duration::from_secs(30),
        whole_time: Duration::from_secs(60),
    }
}

/// The error of a fetch, which must come soon.
fn refused(other: (&str, Answer)) -> Error {
    refused_by(limits(), other)
}

fn refused_by(limits: Limits, other: (&str, Answer)) -> Error {
    let started = Instant::now();
    let root = deployment(Some(other));
    let error = fetch(&root, limits).expect_err("an error");
    assert!(started.elapsed() < Duration::from_secs(20), "{error}");
    error
}

#[test]
fn references_and_what_they_reach_are_fetched() {
    let root = deployment(None);
    let sources = fetch(&format!("{root}/"), limits()).expect("documents");
    let names: Vec<&str> = sources
        .iter()
        .map(|it| it.name.strip_prefix(&root).unwrap_or(""))
        .collect();
    assert_eq!(
        names,
        [
            "/references/egg/v1/exchanges.json",
            "/schemas/egg/v1/egg.json",
            "/schemas/egg/v1/hen.json"
        ]
    );
}

/// Left out, its exchanges would be taken for removed ones.
#[test]
fn a_reference_without_a_prefix_is_not_left_out() {
    let schema = r#""$schema": "/schemas/common/exchanges-reference-v0.json#""#;
    let reference = REFERENCE.replace(r#""exchangePrefix": "exchange/egg/v1/""#, schema);
    let path = "/references/other/v1/exchanges.json";
    let root = serve(&[
        ("/references/manifest.json", manifest(&[path])),
        (path, json(&reference)),
    ]);
    let fetched = fetch(&root, limits()).expect("documents");
    let errors = resolve(&load(&fetched)).checked().expect_err("no prefix");
    assert!(errors.to_string().contains("exchangePrefix"), "{errors}");
}

#[test]
fn a_payload_of_several_exchanges_is_fetched_once() {
    let entry = r#"{"exchange": "laid", "schema": "v1/egg.json#"}"#;
    let entries = [entry; 20].join(",");
    let reference = format!(
        r#"{{"serviceName": "egg", "exchangePrefix": "exchange/egg/v1/", "entries": [{entries}]}}"#
    );
    let root = deployment(Some((
        "/references/egg/v1/exchanges.json",
        json(&reference),
    )));
    assert_eq!(fetch(&root, limits()).expect("documents").len(), 3);
}

#[test]
fn a_redirect_is_followed_within_the_host_alone() {
    let moved = Answer::Redirect("../../moved.json".to_owned());
    let root = serve(&[
        (
            "/references/manifest.json",
            manifest(&["/references/egg/v1/exchanges.json"]),
        ),
        ("/references/egg/v1/exchanges.json", json(REFERENCE)),
        ("/schemas/egg/v1/egg.json", moved),
        (
            "/schemas/moved.json",
            json(r#"{"$id": "/schemas/egg/v1/egg.json#"}"#),
        ),
    ]);
    assert_eq!(fetch(&root, limits()).expect("documents").len(), 2);
    let elsewhere = deployment(None);
    for location in [
        elsewhere.as_str(),
        "//localhost",
        "https://127.0.0.1/",
        "//localhost/x",
        "https://example.com/",
        "file:///etc/passwd",
    ] {
        let error = refused((
            "/schemas/egg/v1/hen.json",
            Answer::Redirect(location.to_owned()),
        ));
        assert!(
            matches!(error, Error::Redirect { .. }),
            "{location}: {error}"
        );
    }
    for location in ["/schemas/egg/v1/hen.json", "hen.json"] {
        let circle = Answer::Redirect(location.to_owned());
        let error = refused(("/schemas/egg/v1/hen.json", circle));
        assert!(matches!(error, Error::Redirects { .. }), "{error}");
    }
}

#[test]
fn a_slow_server_is_given_up() {
    let limits = Limits {
        document_time: Duration::from_millis(500),
        ..limits()
    };
    for answer in [Answer::Silence, Answer::Drip] {
        let error = refused_by(limits, ("/schemas/egg/v1/hen.json", answer));
        assert!(matches!(error, Error::Request { .. }), "{error}");
    }
}

#[test]
fn broken_answers_are_errors_with_their_url() {
    for answer in [
        Answer::Torn,
        Answer::Compressed,
        json("{"),
        json(r#"{"a": 1, "a": 2}"#),
        json("\u{1b}[2J"),
    ] {
        let error = refused(("/schemas/egg/v1/hen.json", answer)).to_string();
        assert!(error.contains("/schemas/egg/v1/hen.json"), "{error}");
        assert!(!error.contains('\u{1b}'), "{error}");
    }
    let error = refused(("/references/manifest.json", json("[]")));
    assert!(matches!(error, Error::NoManifest { .. }), "{error}");
    let error = refused(("/references/manifest.json", manifest(&[])));
    assert!(matches!(error, Error::NoReferences { .. }), "{error}");
}

#[test]
fn a_missing_schema_is_reported_with_the_reference_to_it() {
    let egg = r#"{"$id": "/schemas/egg/v1/egg.json#", "items": {"$ref": "rooster.json"}}"#;
    let root = deployment(Some(("/schemas/egg/v1/egg.json", json(egg))));
    let sources = fetch(&root, limits()).expect("documents");
    let errors = resolve(&load(&sources)).checked().expect_err("no rooster");
    let error = errors.to_string();
    assert!(error.contains("egg/v1/egg.json"), "{error}");
    assert!(error.contains("egg/v1/rooster.json"), "{error}");
    // It may be there, so this is not the answer that it is missing.
    let failure = refused(("/schemas/egg/v1/hen.json", Answer::Failure));
    let text = failure.to_string();
    assert!(text.contains("status 503; try again later"), "{text}");
}

#[test]
fn an_example_of_a_reference_leads_nowhere() {
    let egg = r#"{"$id": "/schemas/egg/v1/egg.json#", "examples": [{"$ref": "hen.json"}]}"#;
    let root = deployment(Some(("/schemas/egg/v1/egg.json", json(egg))));
    assert_eq!(fetch(&root, limits()).expect("documents").len(), 2);
}

#[test]
fn oversized_and_endless_documents_are_given_up() {
    let large = json(&format!("\"{}\"", "x".repeat(20_000)));
    let error = refused(("/schemas/egg/v1/hen.json", large));
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    for answer in [Answer::Endless, Answer::EndlessChunks] {
        let error = refused(("/schemas/egg/v1/hen.json", answer));
        assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    }
    let listed = vec!["/references/egg/v1/exchanges.json"; 100_000];
    let error = refused(("/references/manifest.json", manifest(&listed)));
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    let many: Vec<String> = (0..20)
        .map(|it| format!(r#"{{"$ref": "{it}.json"}}"#))
        .collect();
    let many = format!(
        r#"{{"$id": "/schemas/egg/v1/egg.json", "anyOf": [{}]}}"#,
        many.join(",")
    );
    let answers: Vec<(String, Answer)> = (0..20)
        .map(|it| (format!("/schemas/egg/v1/{it}.json"), json("{}")))
        .collect();
    let mut answers: Vec<(&str, Answer)> = answers
        .iter()
        .map(|(path, answer)| (path.as_str(), answer.clone()))
        .collect();
    answers.extend([
        (
            "/references/manifest.json",
            manifest(&["/references/egg/v1/exchanges.json"]),
        ),
        ("/references/egg/v1/exchanges.json", json(REFERENCE)),
        ("/schemas/egg/v1/egg.json", json(&many)),
    ]);
    let error = fetch(&serve(&answers), limits()).expect_err("an error");
    assert!(matches!(error, Error::TooMany { most: 10, .. }), "{error}");
}

#[test]
fn documents_that_are_too_large_together_are_given_up() {
    let reference = REFERENCE.replace('}', &format!("{}}}", " ".repeat(4_000)));
    let listed = vec!["/references/egg/v1/exchanges.json"; 9];
    let root = serve(&[
        ("/references/manifest.json", manifest(&listed)),
        ("/references/egg/v1/exchanges.json", json(&reference)),
    ]);
    let error = fetch(&root, limits()).expect_err("an error");
    assert!(
        matches!(error, Error::TooLargeTogether { most: 30_000, .. }),
        "{error}"
    );
}

#[test]
fn a_manifest_does_not_lead_to_another_host() {
    for path in [
        "/references/../../secret",
        "/references/%2e%2E/secret",
        "http://elsewhere/references/x.json",
        "//elsewhere/references/x",
        "/other/x.json",
        "/references/x?y",
        "/references/x\0",
        "/references/x y",
        "/references/x\r\nHost: elsewhere",
        "\\\\elsewhere\\references\\x",
    ] {
        let error = refused(("/references/manifest.json", manifest(&[path])));
        assert!(
            matches!(error, Error::ForeignReference { .. }),
            "{path}: {error}"
        );
    }
}

#[test]
fn a_root_url_is_a_scheme_and_a_host() {
    for root in [
        "ftp://host",
        "https://",
        "https://user:hunter2@host",
        "https://host?x",
        "https://ho st",
    ] {
        let error = fetch(root, limits()).expect_err(root);
        assert!(matches!(error, Error::Root { .. }), "{root}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn a_root_url_has_neither_a_query_nor_a_fragment() {
    for (root, what) in [
        ("https://localhost/#/auth", "a fragment"),
        ("https://localhost/?a=b", "a query"),
    ] {
        let error = fetch(root, Limits::default()).expect_err("refused");
        let text = error.to_string();
        assert!(text.contains(&format!("it has {what}")), "{text}");
    }
}

/// As in a container without the system's certificates.
#[test]
fn a_certificate_of_an_unknown_authority_has_its_own_remedy() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = rcgen::CertificateParams::new(["localhost".to_owned()])
        .and_then(|params| params.self_signed(&key))
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
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        let tls = ServerConnection::new(Arc::new(config)).expect("a configuration");
        // The client ends the handshake.
        let _ = StreamOwned::new(tls, stream).read(&mut [0]);
    });
    let root = format!("https://localhost:{port}");
    let error = fetch(&root, Limits::default()).expect_err("unknown");
    assert!(matches!(error, Error::Authority { .. }), "{error}");
}
