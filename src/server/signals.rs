//! What a server tells its connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;

/// How often it is said that there is no descriptor for somebody who waits.
const COMPLAIN_EVERY: Duration = Duration::from_mins(1);
/// Who asks nothing for so long while others wait for a descriptor has to go.
const IDLE_IN_A_CROWD: Duration = Duration::from_millis(100);
/// How long after somebody had to wait others will.
const A_CROWD_LASTS: Duration = Duration::from_secs(1);

/// What is going on, as connections need to know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Somebody waited then, and there was no descriptor: who does not need his may go.
    Crowded(Instant),
    /// Whoever is being answered is the last one.
    Stopping,
}

/// The server's end.
pub struct Signals {
    phase: watch::Sender<Phase>,
    silence: Silence,
    complained: Option<Instant>,
    peers: Arc<()>,
}

/// The end of one of its connections. Clones hear the same.
#[derive(Clone)]
pub struct Heard {
    phase: watch::Receiver<Phase>,
    silence: Silence,
    /// Who has it is counted.
    peers: Arc<()>,
}

/// Once it is called, no byte of any answer goes out any more. So whoever looks at the rooms then sees everything that any client knows
/// of, however busy the workers are. Clones are the same.
#[derive(Clone, Default)]
pub struct Silence(Arc<AtomicBool>);

impl Silence {
    /// No write and no look at what has changed moves across this.
    pub fn call(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_called(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Signals {
    pub fn new(silence: Silence) -> Signals {
        Signals { phase: watch::Sender::new(Phase::Serving), silence, complained: None, peers: Arc::default() }
    }

    /// For one more connection, which hears what is said from now on.
    pub fn heard(&self) -> Heard {
        Heard { phase: self.phase.subscribe(), silence: self.silence.clone(), peers: Arc::clone(&self.peers) }
    }

    /// Nobody can be accepted. Of those who wait a new one may come every moment, so it is not said each time.
    pub fn crowded(&mut self, error: &std::io::Error) {
        if self.complained.is_none_or(|complained| complained.elapsed() > COMPLAIN_EVERY) {
            self.complained = Some(Instant::now());
            tracing::warn!("no connection can be accepted, idle ones are closed to make room: {error}");
        }
        self.phase.send_replace(Phase::Crowded(Instant::now()));
    }

    /// The end is near.
    pub fn stop(&self) {
        self.phase.send_replace(Phase::Stopping);
    }
}

impl Heard {
    /// Is ready when a connection is to end: the server stops, or somebody waits for a descriptor and here nothing goes on.
    /// `turns` counts answers that have begun and those that have ended.
    pub async fn end(&mut self, turns: &AtomicU64) {
        while self.phase.changed().await.is_ok() && !self.is_stopping() {
            let before = turns.load(Ordering::Relaxed);
            tokio::select! {
                _ = self.phase.wait_for(|phase| *phase == Phase::Stopping) => return,
                () = sleep(IDLE_IN_A_CROWD) => {}
            }
            if before.is_multiple_of(2) && turns.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }

    /// Whether it stops.
    pub fn is_stopping(&self) -> bool {
        *self.phase.borrow() == Phase::Stopping
    }

    /// Whether there is no time to wait for what clients may still have to say.
    pub fn is_in_a_hurry(&self) -> bool {
        match *self.phase.borrow() {
            Phase::Serving => false,
            Phase::Crowded(at) => at.elapsed() < A_CROWD_LASTS,
            Phase::Stopping => true,
        }
    }

    /// Whether there is no other connection.
    pub fn is_alone(&self) -> bool {
        // The server has it once, and each connection twice: for itself and for its socket.
        Arc::strong_count(&self.peers) <= 3
    }

    /// Whether answers may not go out any more.
    pub fn is_silenced(&self) -> bool {
        self.silence.is_called()
    }
}
