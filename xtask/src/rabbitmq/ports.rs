//! Free ports on this machine.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// The range of ports: above those of services, and below those that systems use for
/// outgoing connections (from 32768 on Linux). There, a client that reconnects to a
/// stopped broker could get the broker's own port, connect to itself, and prevent the
/// broker from coming back.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// Number of attempts before the cause must be another one.
const TRIES: usize = 1_000;

/// `N` different ports of 127.0.0.1 without a listener.
///
/// They are chosen at random, so that several brokers that start at once get different
/// ports.
///
/// # Errors
///
/// If no port can be listened on; the error is that of the last attempt.
pub(super) fn free<const N: usize>() -> io::Result<[u16; N]> {
    // All are held until all are found, so they are different.
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

/// A number that is different each time, from the seed of a hash map.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(0)
}
