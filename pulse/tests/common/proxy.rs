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
    open: Arc<AtomicBool>,
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
        let open = Arc::new(AtomicBool::new(true));
        tokio::spawn(accept(listener, target, cuts.clone(), Arc::clone(&open)));
        Self { port, cuts, open }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts every connection; new ones are passed on.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Cuts every connection and drops new ones at once, or passes them on again.
    pub fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
        if !open {
            self.cut();
        }
    }
}

async fn accept(
    listener: TcpListener,
    target: String,
    cuts: watch::Sender<u64>,
    open: Arc<AtomicBool>,
) {
    while let Ok((mut client, _)) = listener.accept().await {
        if !open.load(Ordering::SeqCst) {
            continue;
        }
        let Ok(mut server) = TcpStream::connect(&target).await else {
            continue;
        };
        let mut cut = cuts.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => {}
                _ = cut.changed() => {}
            }
        });
    }
}
