//! The threads that the servers and the calls of this process run on. They are nobody else's, so that a server answers whatever
//! the test's thread is busy with, under any executor, and outlives the runtime of the test that started it.

use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, EnterGuard, Runtime};
use tokio::task::JoinSet;

/// One to answer while the other is busy.
const THREADS: usize = 2;

/// What all of it runs on. It is never dropped, and so everything that runs on it may be, anywhere and in any order.
#[derive(Debug, Clone, Copy)]
pub struct Background(&'static Runtime);

impl Background {
    /// The one of this process.
    pub fn of_process() -> io::Result<Background> {
        static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
        let threads = || Builder::new_multi_thread().worker_threads(THREADS).thread_name("vchatcloud-mock").enable_all().build();
        let made = RUNTIME.get_or_init(threads).as_ref();
        made.map(Background).map_err(|error| io::Error::new(error.kind(), error.to_string()))
    }

    /// As long as this is held, sockets and tasks that are made become its own.
    pub fn enter(self) -> EnterGuard<'static> {
        self.0.enter()
    }

    /// Runs it there. It ends with the future that this returns.
    pub async fn run<T: Send + 'static>(self, future: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let mut tasks = JoinSet::new();
        tasks.spawn_on(future, self.0.handle());
        tasks.join_next().await?.ok()
    }

    /// Runs it there, for whoever cannot await it.
    pub fn start(self, future: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(future);
    }

    /// Waits for it on this thread, which must not be one that runs async code.
    #[cfg(feature = "blocking")]
    pub fn block_on<T>(self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}
