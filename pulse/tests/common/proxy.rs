//! A TCP proxy, with which a test causes network failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Text that the proxy replaces by invalid UTF-8, in data from the broker.
pub const SPOILED: &str = "to-be-spoiled";

/// Forwards TCP connections, until they are cut.
pub struct Proxy {
    port: u16,
    cuts: watch::Sender<u64>,
    freezes: watch::Sender<u64>,
    open: Arc<AtomicBool>,
    silent: Arc<AtomicBool>,
    accepted: Arc<AtomicU64>,
    answers: Arc<Answers>,
}

/// What the proxy does to data from the broker.
#[derive(Default)]
struct Answers {
    delay_millis: AtomicU64,
    /// Whether answers to the closing of a channel are left out.
    without_close_ok: AtomicBool,
}

impl Proxy {
    /// A proxy to `target`, on a free port.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::on(listener, target)
    }

    /// A proxy that accepts its connections from `listener`.
    pub fn on(listener: TcpListener, target: String) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let cuts = watch::Sender::new(0);
        let freezes = watch::Sender::new(0);
        let open = Arc::new(AtomicBool::new(true));
        let silent = Arc::new(AtomicBool::new(false));
        let (accepted, answers) = (Arc::default(), Arc::default());
        let proxy = Self {
            port,
            cuts,
            freezes,
            open,
            silent,
            accepted,
            answers,
        };
        let changes = (proxy.cuts.clone(), proxy.freezes.clone());
        let state = (Arc::clone(&proxy.open), Arc::clone(&proxy.silent));
        let (accepted, answers) = (Arc::clone(&proxy.accepted), Arc::clone(&proxy.answers));
        tokio::spawn(accept(listener, target, changes, state, accepted, answers));
        proxy
    }

    /// Number of connections that were accepted.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::SeqCst)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts every connection; new ones are forwarded.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Stops forwarding on the current connections without closing them, like a network
    /// that leaves connections half open.
    pub fn freeze(&self) {
        self.freezes.send_modify(|freezes| *freezes += 1);
    }

    /// Cuts every connection and closes new ones at once, or forwards them again.
    pub fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
        if !open {
            self.cut();
        }
    }

    /// Delays all data from the broker by this time.
    pub fn slow_down(&self, delay: Duration) {
        let millis = delay.as_millis().try_into().expect("a short time");
        self.answers.delay_millis.store(millis, Ordering::SeqCst);
    }

    /// Leaves out the broker's answers to the closing of channels; all else is forwarded.
    pub fn leave_closing_unanswered(&self) {
        self.answers.without_close_ok.store(true, Ordering::SeqCst);
    }

    /// Accepts new connections from now on, and forwards nothing on them.
    pub fn silence_new(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }
}

async fn accept(
    listener: TcpListener,
    target: String,
    (cuts, freezes): (watch::Sender<u64>, watch::Sender<u64>),
    (open, silent): (Arc<AtomicBool>, Arc<AtomicBool>),
    accepted: Arc<AtomicU64>,
    answers: Arc<Answers>,
) {
    let mut held = Vec::new();
    while let Ok((mut client, _)) = listener.accept().await {
        accepted.fetch_add(1, Ordering::SeqCst);
        if !open.load(Ordering::SeqCst) {
            continue;
        }
        if silent.load(Ordering::SeqCst) {
            held.push(client);
            continue;
        }
        let Ok(server) = TcpStream::connect(&target).await else {
            continue;
        };
        let answers = Arc::clone(&answers);
        let (mut cut, mut freeze) = (cuts.subscribe(), freezes.subscribe());
        tokio::spawn(async move {
            let (mut from_client, to_client) = client.split();
            let (from_server, mut to_server) = server.into_split();
            tokio::select! {
                _ = copy(&mut from_client, &mut to_server) => {}
                () = pass_back(from_server, to_client, &answers) => {}
                _ = cut.changed() => {}
                // The sockets stay open.
                _ = freeze.changed() => std::future::pending().await,
            }
        });
    }
}

async fn pass_back(
    mut server: impl AsyncRead + Unpin,
    mut client: impl AsyncWrite + Unpin,
    answers: &Answers,
) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(bytes @ 1..) = server.read(&mut piece).await {
        let delay = answers.delay_millis.load(Ordering::SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let piece = &mut piece[..bytes];
        spoil(piece);
        let piece = match answers.without_close_ok.load(Ordering::SeqCst) {
            true => &without_close_ok(piece),
            false => &*piece,
        };
        if client.write_all(piece).await.is_err() {
            return;
        }
    }
}

fn spoil(piece: &mut [u8]) {
    let found = |text: &[u8]| text == SPOILED.as_bytes();
    if let Some(at) = piece.windows(SPOILED.len()).position(found) {
        piece[at..at + SPOILED.len()].fill(0xff);
    }
}

/// The data without the frames `channel.close-ok`.
fn without_close_ok(mut piece: &[u8]) -> Vec<u8> {
    // A method frame: after the channel its length, class, method, and the end.
    const CLOSE_OK: &[u8] = &[0, 0, 0, 4, 0, 20, 0, 41, 0xce];
    let mut rest = Vec::new();
    while let Some(at) = (piece.windows(12)).position(|it| it[0] == 1 && it[3..] == *CLOSE_OK) {
        rest.extend_from_slice(&piece[..at]);
        piece = &piece[at + 12..];
    }
    rest.extend_from_slice(piece);
    rest
}
