//! The private RabbitMQ: it starts, starts again, and leaves nothing behind; and the
//! command that runs all tests on it.

#![cfg(unix)]

mod command;
mod fake;
mod side_by_side;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use xtask::rabbitmq::{Error, RabbitMq, Server};

/// Waits, for a bounded time, until something holds.
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !holds() {
        assert!(Instant::now() < deadline, "not within 15 s: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The folder of a broker.
fn folder(broker: &RabbitMq) -> PathBuf {
    let folder = broker
        .ctl(&["eval", "io:format(\"~s\", [os:getenv(\"HOME\")])."])
        .unwrap();
    PathBuf::from(folder.lines().next().unwrap().trim_end_matches("ok"))
}

/// The processes of a broker: they all name its folder, as an argument or in
/// their environment.
fn processes(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let mut processes = all_processes();
    processes.retain(|process| process.contains(folder));
    processes
}

/// Waits until no process of a broker is left. Killed ones take a moment to end, after the
/// one that the broker's owner waits for.
fn no_process_stays(folder: &Path) {
    eventually("no process", || processes(folder).is_empty());
}

/// The arguments and environments of all processes, from where the system has them.
fn all_processes() -> Vec<String> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let Ok(entries) = std::fs::read_dir("/proc") else {
        let output = Command::new("ps")
            .args(["axeww", "-o", "args"])
            .output()
            .unwrap();
        return text(output.stdout).lines().map(str::to_owned).collect();
    };
    let read = |path: PathBuf| std::fs::read(path).map(text).unwrap_or_default();
    let folders = entries.map(|entry| entry.unwrap().path());
    folders
        .map(|folder| read(folder.join("cmdline")) + &read(folder.join("environ")))
        .collect()
}

// Each start of a RabbitMQ takes some seconds, so a test looks at several things.
#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn brokers_share_nothing_come_back_on_their_data_and_leave_nothing_behind() {
    let mut first = RabbitMq::start().unwrap();
    let second = RabbitMq::start_with_management(Server::find().unwrap()).unwrap();
    assert!(first.management_url().is_none());
    assert!(!is_down(&second.management_url().unwrap()));
    assert_ne!(first.address(), second.address());
    let (url, folder) = (first.url().to_owned(), folder(&first));
    assert!(folder.is_dir() && !processes(&folder).is_empty());
    assert!(url.ends_with(&format!("@{}/%2f", first.address())));
    first.ctl(&["add_user", "somebody", "secret"]).unwrap();
    assert!(!second.ctl(&["list_users"]).unwrap().contains("somebody"));

    first.stop();
    first.stop();
    assert!(is_down(&url));
    assert!(matches!(first.ctl(&["status"]), Err(Error::Ctl { .. })));
    no_process_stays(&folder);

    first.restart().unwrap();
    assert!(!is_down(&url) && first.url() == url);
    assert!(first.ctl(&["list_users"]).unwrap().contains("somebody"));

    drop(first);
    no_process_stays(&folder);
    assert!(!folder.exists());
    connections_are_closed_with_the_reason(&second);
}

fn connections_are_closed_with_the_reason(broker: &RabbitMq) {
    let mut connection = log_in(broker);
    broker.close_all_connections("to see what happens").unwrap();
    let close = read_frame(&mut connection).unwrap();
    let text = String::from_utf8_lossy(&close);
    assert!(text.contains("to see what happens"), "{text}");
    // The next one is served.
    log_in(broker);
}

/// A connection as RabbitMQ lists it takes a login; so this sends the three
/// frames of one: Start-Ok, Tune-Ok and Open.
fn log_in(broker: &RabbitMq) -> TcpStream {
    let secret = broker
        .url()
        .split(['/', '@'])
        .nth(2)
        .unwrap()
        .replace(':', "\0");
    let mut stream = TcpStream::connect(broker.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap();
    stream.write_all(b"AMQP\0\0\x09\x01").unwrap();
    read_frame(&mut stream).unwrap();
    let mut start_ok = b"\0\x0a\0\x0b\0\0\0\0\x05PLAIN".to_vec();
    start_ok.extend(u32::try_from(secret.len() + 1).unwrap().to_be_bytes());
    start_ok.extend(format!("\0{secret}\x05en_US").bytes());
    write_frame(&mut stream, &start_ok);
    read_frame(&mut stream).unwrap();
    write_frame(&mut stream, b"\0\x0a\0\x1f\x07\xff\0\x02\0\0\0\0");
    write_frame(&mut stream, b"\0\x0a\0\x28\x01/\0\0");
    read_frame(&mut stream).unwrap();
    stream
}

fn write_frame(stream: &mut TcpStream, payload: &[u8]) {
    let size = u32::try_from(payload.len()).unwrap().to_be_bytes();
    stream
        .write_all(&[b"\x01\0\0", &size[..], payload, b"\xce"].concat())
        .unwrap();
}

fn read_frame(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut header = [0; 7];
    stream.read_exact(&mut header)?;
    let [_, _, _, size @ ..] = header;
    let mut payload = vec![0; u32::from_be_bytes(size) as usize + 1];
    stream.read_exact(&mut payload)?;
    Ok(payload)
}

/// Whether nobody listens at the address of this URL.
fn is_down(url: &str) -> bool {
    let address = url.split(['/', '@']).nth(3).unwrap();
    TcpStream::connect(address).is_err()
}
