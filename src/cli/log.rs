//! What stderr shows: one line per request, for people or for programs.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::args::LogFormat;
use super::output::{self, Lines};
use crate::http::record::LOG_TARGET;

/// Starts logging to stderr, until what it returns is dropped; quiet leaves warnings.
#[must_use]
pub fn start(format: LogFormat, quiet: bool) -> Lines {
    let level = if quiet { Level::WARN } else { Level::INFO };
    let (output, lines) = output::start(match format {
        LogFormat::Pretty => |lost| format!("{lost} log lines were lost, because nobody read stderr\n"),
        LogFormat::Json => |lost| {
            format!(
                "{}\n",
                serde_json::json!({ "level": "WARN", "message": "log lines were lost, because nobody read stderr", "lost": lost })
            )
        },
    });
    // The subscriber would complain of its own errors on stderr, which panics when that is closed.
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(output).log_internal_errors(false);
    let started = match format {
        LogFormat::Pretty => builder.event_format(Pretty).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
    };
    // Somebody else's subscriber in this process is as good.
    drop(started);
    lines
}

/// `time #id account method path status result_cd µs why` for an exchange; time, level and message for the rest.
struct Pretty;

impl<S, N> FormatEvent<S, N> for Pretty
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        SystemTime.format_time(&mut writer)?;
        let mut values = Values { text: String::new(), is_exchange: event.metadata().target() == LOG_TARGET };
        event.record(&mut values);
        if !values.is_exchange {
            write!(writer, " {}", event.metadata().level().as_str().to_lowercase())?;
        }
        writeln!(writer, "{}", values.text)
    }
}

/// The values of an event in their order.
struct Values {
    text: String,
    is_exchange: bool,
}

impl Visit for Values {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, format_args!("{value}"));
    }
}

impl Values {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let written = match (self.is_exchange, field.name()) {
            (true, "id") => write!(self.text, " #{value}"),
            (true, "us") => write!(self.text, " {value}us"),
            (true, "why" | "warning") => write!(self.text, "  {value}"),
            _ => write!(self.text, " {value}"),
        };
        written.unwrap_or(()); // a String takes everything
    }
}
