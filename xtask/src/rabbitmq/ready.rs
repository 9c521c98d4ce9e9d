//! Waits for a broker.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::Error;
use super::keeper::Keeper;
use super::settings::Settings;

/// Maximum time for a start: it takes some 3 s, and more on a busy machine.
const START_TIME: Duration = Duration::from_secs(90);

/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// First bytes of an AMQP 0-9-1 connection.
const PROTOCOL_HEADER: &[u8; 8] = b"AMQP\0\0\x09\x01";

/// Maximum size of the first frame, in bytes; RabbitMQ's has some 500.
const MAX_FRAME: u32 = 65_536;

/// Maximum time to wait for a response.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Number of the log's last lines that an error shows.
const LOG_LINES: usize = 30;

/// Waits until the broker, and its management API, if it has one, accept connections.
///
/// # Errors
///
/// If the broker ended, or took too long; the error has the end of its log.
pub(super) fn wait(keeper: &mut Keeper, settings: &Settings) -> Result<(), Error> {
    let deadline = Instant::now() + START_TIME;
    while !is_ready(settings.port(), settings.node())
        || !settings.management_port().is_none_or(listens)
    {
        let what = if keeper.has_ended() {
            "ended while it started"
        } else if Instant::now() > deadline {
            "does not accept connections after 90 s"
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

/// Whether the broker of the Erlang node `node` accepts connections at `port`.
///
/// RabbitMQ's first frame contains the name of its cluster, which is the node's, so the
/// response is from this broker and no other.
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

/// The payload of the broker's first frame, Connection.Start.
fn first_frame(port: u16) -> io::Result<Vec<u8>> {
    let mut stream = connect(port)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(PROTOCOL_HEADER)?;
    // The type of the frame, its channel, and its size in four bytes.
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
