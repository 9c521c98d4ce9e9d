//! A network that a test can cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes TCP connections on, until they are cut.
pub struct Proxy {
    port: u16,
    cuts: watch::Sender<u64>,
    freezes: watch::Sender<u64>,
    open: Arc<AtomicBool>,
    silent: Arc<AtomicBool>,
}

impl Proxy {
    /// A proxy on a free port, to `target`.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::on(listener, target)
    }

    /// A proxy that takes its connections from `listener`.
    pub fn on(listener: TcpListener, target: String) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let cuts = watch::Sender::new(0);
        let freezes = watch::Sender::new(0);
        let open = Arc::new(AtomicBool::new(true));
        let silent = Arc::new(AtomicBool::new(false));
        let proxy = Self {
            port,
            cuts,
            freezes,
            open,
            silent,
        };
        let changes = (proxy.cuts.clone(), proxy.freezes.clone());
        let state = (Arc::clone(&proxy.open), Arc::clone(&proxy.silent));
        tokio::spawn(accept(listener, target, changes, state));
        proxy
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts every connection; new ones are passed on.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Passes nothing on over the present connections, and closes none of them, as
    /// a network does that leaves connections half open.
    pub fn freeze(&self) {
        self.freezes.send_modify(|freezes| *freezes += 1);
    }

    /// Cuts every connection and drops new ones at once, or passes them on again.
    pub fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
        if !open {
            self.cut();
        }
    }

    /// Takes new connections from now on, and passes nothing on over them.
    pub fn silence_new(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }
}

async fn accept(
    listener: TcpListener,
    target: String,
    (cuts, freezes): (watch::Sender<u64>, watch::Sender<u64>),
    (open, silent): (Arc<AtomicBool>, Arc<AtomicBool>),
) {
    let mut held = Vec::new();
    while let Ok((mut client, _)) = listener.accept().await {
        if !open.load(Ordering::SeqCst) {
            continue;
        }
        if silent.load(Ordering::SeqCst) {
            held.push(client);
            continue;
        }
        let Ok(mut server) = TcpStream::connect(&target).await else {
            continue;
        };
        let (mut cut, mut freeze) = (cuts.subscribe(), freezes.subscribe());
        tokio::spawn(async move {
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => {}
                _ = cut.changed() => {}
                // The sockets stay open.
                _ = freeze.changed() => std::future::pending().await,
            }
        });
    }
}
