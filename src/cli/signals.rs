//! Signals: those that stop a server, and those that a command gets that runs against one.

use super::Failure;

/// What installs handlers now and is ready when the program is to stop.
#[cfg(unix)]
pub fn stop() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::SignalKind;
    let (mut term, mut int) = (install(SignalKind::terminate())?, install(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = term.recv() => {} _ = int.recv() => {} }
    })
}

#[cfg(not(unix))]
pub fn stop() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}

#[cfg(unix)]
fn install(kind: tokio::signal::unix::SignalKind) -> Result<tokio::signal::unix::Signal, Failure> {
    tokio::signal::unix::signal(kind).map_err(|error| Failure::Runtime(format!("signal handler: {error}")))
}

/// Signals on their way to a command.
#[cfg(unix)]
pub struct Forwarded(Vec<(rustix::process::Signal, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Forwarded {
    /// Hears them from now on; those that come before there is a command wait for it.
    pub fn install() -> Result<Forwarded, Failure> {
        use rustix::process::Signal;
        let signals = [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT, Signal::USR1, Signal::USR2];
        let heard = signals.into_iter().map(|signal| Ok((signal, install(signal.as_raw().into())?)));
        Ok(Forwarded(heard.collect::<Result<_, Failure>>()?))
    }

    /// Hands them on, as long as it is polled.
    pub async fn forward(&mut self, command: Option<u32>) {
        use rustix::process::{Pid, Signal, kill_process};
        let command = command.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        loop {
            let heard = self.0.iter_mut().map(|(signal, heard)| {
                Box::pin(async move {
                    heard.recv().await;
                    *signal
                })
            });
            let (signal, ..) = futures_util::future::select_all(heard).await;
            // A terminal sends its keys to the command as well, and twice would be once too often.
            let is_from_keys = matches!(signal, Signal::INT | Signal::QUIT) && is_in_foreground();
            if let Some(command) = command.filter(|_| !is_from_keys) {
                // One that has just ended needs no signal.
                let _ = kill_process(command, signal);
            }
        }
    }
}

/// Whether a terminal's keys reach this process.
#[cfg(unix)]
fn is_in_foreground() -> bool {
    let terminal = std::fs::File::open("/dev/tty").ok();
    let group = terminal.and_then(|terminal| rustix::termios::tcgetpgrp(terminal).ok());
    group.is_some_and(|group| group == rustix::process::getpgrp())
}

/// Without signals there is nothing to hand on.
#[cfg(not(unix))]
pub struct Forwarded;

#[cfg(not(unix))]
impl Forwarded {
    pub fn install() -> Result<Forwarded, Failure> {
        Ok(Forwarded)
    }

    pub async fn forward(&mut self, _: Option<u32>) {
        std::future::pending().await
    }
}
