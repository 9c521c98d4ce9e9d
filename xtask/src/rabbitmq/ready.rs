//! Waiting for a broker.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::Error;
use super::keeper::Keeper;
use super::settings::Settings;

/// How long a broker may take to start: some 3 s, more where much else runs.
const START_TIME: Duration = Duration::from_secs(90);

/// How often to look.
const PAUSE: Duration = Duration::from_millis(50);

/// How a client of AMQP 0-9-1 opens a connection.
const PROTOCOL_HEADER: &[u8; 8] = b"AMQP\0\0\x09\x01";

/// The most that the first frame may hold; RabbitMQ's has some 500 bytes.
const MAX_FRAME: u32 = 65_536;

/// How long to wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How many of the log's last lines an error shows.
const LOG_LINES: usize = 30;

/// Waits until the broker takes connections, to its management API as well.
///
/// # Errors
///
/// It ended, or took too long; the end of its log is in the error.
pub(super) fn wait(keeper: &mut Keeper, settings: &Settings) -> Result<(), Error> {
    let deadline = Instant::now() + START_TIME;
    while !is_ready(settings.port(), settings.node())
        || !settings.management_port().is_none_or(listens)
    {
        let what = if keeper.has_ended() {
            "ended while it started"
        } else if Instant::now() > deadline {
            "does not take connections after 90 s"
        } else {
            thread::sleep(PAUSE);
            continue;
        };
        let log = log_end(settings);
        return Err(Error::NotStarted { what, log });
    }
    Ok(())
}

fn log_end(settings: &Settings) -> String {
    let log = fs::read(settings.folder().join("console.log")).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

/// Whether the broker of the Erlang node `node` takes connections at `port`.
///
/// RabbitMQ's first frame holds its cluster's name, which is the node's: it is
/// this broker that answers, and no other.
fn is_ready(port: u16, node: &str) -> bool {
    let Ok(frame) = first_frame(port) else {
        return false;
    };
    let name = node.split('@').next().unwrap_or(node).as_bytes();
    frame.windows(name.len()).any(|window| window == name)
}

fn listens(port: u16) -> bool {
    connect(port).is_ok()
}

fn connect(port: u16) -> io::Result<TcpStream> {
    TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), TIMEOUT)
}

/// The payload of the frame that the broker opens with, Connection.Start.
fn first_frame(port: u16) -> io::Result<Vec<u8>> {
    let mut stream = connect(port)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(PROTOCOL_HEADER)?;
    // The type of the frame, its channel, and then its size in four bytes.
    let mut header = [0; 7];
    stream.read_exact(&mut header)?;
    let [_, _, _, size @ ..] = header;
    let size = u32::from_be_bytes(size);
    if size > MAX_FRAME {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut payload = Vec::new();
    stream.take(size.into()).read_to_end(&mut payload)?;
    Ok(payload)
}
