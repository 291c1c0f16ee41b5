//! That somebody wants an end. It is heard between calls and in one, and what was made is tidied up nevertheless.

use std::future::pending;

use tokio::sync::mpsc::UnboundedReceiver;

/// Each message asks for an end once more.
pub struct Stop(UnboundedReceiver<()>);

impl Stop {
    pub fn new(asked: UnboundedReceiver<()>) -> Stop {
        Stop(asked)
    }

    /// Whether it is asked for by now.
    pub fn is_asked(&mut self) -> bool {
        self.0.try_recv().is_ok()
    }

    /// Until it is asked for. Where nobody can ask any more, that is never.
    pub async fn asked(&mut self) {
        if self.0.recv().await.is_none() {
            pending::<()>().await;
        }
    }
}
