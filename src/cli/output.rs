//! What is on its way to stdout and stderr. Somebody may have given us pipes that nobody reads, and nothing must wait for
//! them. So a thread writes, and log lines are lost, and counted, when it cannot keep up.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait to be written, besides as many that are being gathered.
const WAITING: usize = 4096;
/// Lines that come so close are written together: under load writing each alone, and waking the thread for it, costs half a request.
const TOGETHER: Duration = Duration::from_millis(1);
/// A pipe takes so many bytes whole: others who write to it do so between lines.
const WHOLE: usize = 4096;
/// How long the end of the program waits for the last of them.
const LAST_LINES: Duration = Duration::from_millis(50);
/// How long it waits for why it failed: longer, as a busy machine may not let the thread run at once.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Where log lines go. Clones are the same.
#[derive(Clone)]
pub struct Output {
    messages: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

enum Message {
    Ready(String),
    Line(Vec<u8>),
    End,
}

/// Keeps the thread; when it is dropped, the lines so far are written.
pub struct Lines {
    output: Output,
    ended: Receiver<()>,
}

/// Starts the thread. `lost_lines` says how many were lost, in the format of the log.
pub fn start(lost_lines: fn(u64) -> String) -> (Output, Lines) {
    let (messages, received) = sync_channel(WAITING);
    let (end, ended) = sync_channel(1);
    let output = Output { messages, lost: Arc::default() };
    let lost = Arc::clone(&output.lost);
    thread::spawn(move || {
        let mut lines = Vec::new();
        let mut is_over = false;
        while !is_over && let Ok(first) = received.recv() {
            if matches!(first, Message::Line(_)) {
                thread::sleep(TOGETHER);
            }
            for message in std::iter::once(first).chain(received.try_iter().take(WAITING)) {
                match message {
                    Message::Line(line) => {
                        if lines.len() + line.len() > WHOLE {
                            write_lines(&mut lines);
                        }
                        lines.extend_from_slice(&line);
                    }
                    Message::Ready(line) => write_ready(&line),
                    Message::End => is_over = true,
                }
            }
            match lost.swap(0, Ordering::Relaxed) {
                0 => {}
                lost => lines.extend_from_slice(lost_lines(lost).as_bytes()),
            }
            write_lines(&mut lines);
        }
        let _ = end.send(());
    });
    (output.clone(), Lines { output, ended })
}

fn write_lines(lines: &mut Vec<u8>) {
    // Nobody may be there to read it, which is as good.
    drop(io::stderr().write_all(lines));
    lines.clear();
}

fn write_ready(line: &str) {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush());
    if let Err(error) = written {
        tracing::warn!("stdout: {error}");
    }
}

impl Lines {
    /// Writes the one line of stdout.
    pub fn ready(&self, line: String) {
        drop(self.output.messages.try_send(Message::Ready(line)));
    }

    /// Writes lines to stderr that are no event.
    pub fn banner(&self, lines: String) {
        drop(self.output.messages.try_send(Message::Line(lines.into_bytes())));
    }
}

/// Says something on stderr that somebody is waiting for, and waits until it is read. That nobody can read it is as good.
pub fn say(text: &str) {
    drop(io::stderr().write_all(text.as_bytes()));
}

/// The last thing that a program says on stderr, if somebody reads it.
pub fn last_words(text: String) {
    let (end, ended) = sync_channel(1);
    thread::spawn(move || {
        drop(io::stderr().write_all(text.as_bytes()));
        let _ = end.send(());
    });
    let _ = ended.recv_timeout(LAST_WORDS);
}

impl Drop for Lines {
    fn drop(&mut self) {
        if self.output.messages.try_send(Message::End).is_ok() {
            let _ = self.ended.recv_timeout(LAST_LINES);
        }
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Output;

    fn make_writer(&'a self) -> Output {
        self.clone()
    }
}

impl Write for Output {
    /// Takes one whole line: the subscriber writes each event at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.messages.try_send(Message::Line(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
