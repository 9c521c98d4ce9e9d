//! Free ports on this machine.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// Where to look: above the ports of services, and below those that systems
/// give to outgoing connections (from 32768 on Linux). In there, a client that
/// tries to reconnect to a stopped broker may be given the broker's own port,
/// connect to itself, and keep the broker from coming back.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// How often to try before something else must be wrong.
const TRIES: usize = 1_000;

/// As many different ports of 127.0.0.1 that nobody listens on.
///
/// They are picked at random, so that several brokers that start at once don't
/// get the same.
///
/// # Errors
///
/// No port can be listened on, for the last reason that was given.
pub(super) fn free<const N: usize>() -> io::Result<[u16; N]> {
    // All are held until all are found, which makes them different.
    let mut held = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = listen()?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

fn listen() -> io::Result<TcpListener> {
    let mut refusal = io::Error::other("no port was tried");
    for _ in 0..TRIES {
        let offset = random() % u64::from(RANGE.end - RANGE.start);
        let port = RANGE.start + u16::try_from(offset).unwrap_or(0);
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// A number that is different each time: the seed of a hash map.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(0)
}
