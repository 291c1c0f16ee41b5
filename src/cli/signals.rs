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

/// Signals that a command is to get. What they are called is theirs: 128 and the number is an exit code.
pub struct Signals(#[cfg(unix)] Vec<(rustix::process::Signal, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    /// Hears them from now on, but for those that whoever started us wants ignored, as `nohup` does: so will the command.
    pub fn install() -> Result<Signals, Failure> {
        use rustix::process::Signal;
        let ignored = ignored();
        let signals = [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT, Signal::USR1, Signal::USR2];
        let heard = signals.into_iter().filter(|signal| ignored & (1 << (signal.as_raw() - 1)) == 0);
        let heard = heard.map(|signal| Ok((signal, install(signal.as_raw().into())?)));
        Ok(Signals(heard.collect::<Result<_, Failure>>()?))
    }

    /// The number of the next one.
    pub async fn next(&mut self) -> u8 {
        let heard = self.0.iter_mut().map(|(signal, heard)| {
            Box::pin(async move {
                heard.recv().await;
                *signal
            })
        });
        let heard: Vec<_> = heard.collect();
        if heard.is_empty() {
            return std::future::pending().await;
        }
        let (signal, ..) = futures_util::future::select_all(heard).await;
        u8::try_from(signal.as_raw()).unwrap_or_default()
    }

    /// Gives one to a command.
    pub fn hand_on(signal: u8, command: Option<u32>) {
        use rustix::process::{Pid, Signal, kill_process};
        let command = command.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let Some((signal, command)) = Signal::from_named_raw(signal.into()).zip(command) else { return };
        // A terminal sends its keys to the command as well, and twice would be once too often.
        let is_from_keys = matches!(signal, Signal::INT | Signal::QUIT) && is_in_foreground(command);
        if !is_from_keys {
            // One that has just ended needs no signal.
            let _ = kill_process(command, signal);
        }
    }
}

/// Whether a terminal's keys reach a process.
#[cfg(unix)]
fn is_in_foreground(process: rustix::process::Pid) -> bool {
    let terminal = std::fs::File::open("/dev/tty").ok();
    let foreground = terminal.and_then(|terminal| rustix::termios::tcgetpgrp(terminal).ok());
    foreground.is_some_and(|foreground| rustix::process::getpgid(Some(process)) == Ok(foreground))
}

/// The signals that are ignored, a bit each from the lowest on; none where nobody tells.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Where there are no signals, none comes.
#[cfg(not(unix))]
impl Signals {
    pub fn install() -> Result<Signals, Failure> {
        Ok(Signals())
    }

    pub async fn next(&mut self) -> u8 {
        std::future::pending().await
    }

    pub fn hand_on(_: u8, _: Option<u32>) {}
}
