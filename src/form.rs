//! The parameters of a request as a servlet container reads them (assumed: Tomcat 9): the query first, then the form body;
//! the first value of a name counts. What is damaged on the way is noted.

use crate::domain::field::RoomName;
use crate::domain::text;
use crate::escape;

/// The one media type whose bodies carry parameters.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// What arrived, in order.
#[derive(Debug, Default)]
pub struct Form {
    /// Names and values, decoded.
    pub pairs: Vec<(String, String)>,
    /// What was noticed on the way.
    pub notes: Vec<Note>,
}

/// Something that befell a parameter.
#[derive(Debug)]
pub struct Note {
    /// Its name; `None` when it could be about any.
    pub parameter: Option<String>,
    pub text: String,
}

/// Whether a Content-Type is that of a form, whatever its charset.
pub fn is_form(content_type: &str) -> bool {
    // assumed: charset
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
}

impl Form {
    /// The first value of a name.
    pub fn first(&self, name: &str) -> Option<&str> {
        // assumed: first-value
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Adds the parameters of a query or a body.
    pub fn decode(&mut self, form: &[u8]) {
        let mut before: Option<String> = None;
        for pair in form.split(|byte| *byte == b'&') {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(equals) => (&pair[..equals], Some(&pair[equals + 1..])),
                None => (pair, None),
            };
            // assumed: broken-escape
            match (escape::decode(name, true), escape::decode(value.unwrap_or_default(), true)) {
                (Ok(name), _) if name.is_empty() => {}
                (Ok(name), Ok(bytes)) => {
                    let name = String::from_utf8_lossy(&name).into_owned();
                    let text = String::from_utf8(bytes).unwrap_or_else(|error| self.damaged(&name, error.as_bytes()));
                    self.notice_cut(before.as_deref(), &name, value, &text);
                    before = Some(name.clone());
                    self.pairs.push((name, text));
                }
                (name, _) => {
                    let name = name.ok().map(|name| String::from_utf8_lossy(&name).into_owned());
                    let what = text::short(name.as_deref().unwrap_or("a parameter"));
                    let got = text::short(&String::from_utf8_lossy(pair));
                    let why = "was dropped, because of a broken percent escape: send a percent sign as %25, got";
                    let text = format!("{what} {why} \"{got}\"");
                    self.note(name, text);
                }
            }
        }
    }

    /// Notes something; what befalls a value after the first one of its name does not matter.
    pub fn note(&mut self, parameter: Option<String>, text: String) {
        if parameter.as_deref().is_none_or(|name| self.first(name).is_none()) {
            self.push(Note { parameter, text });
        }
    }

    /// Nobody reads more notes, and the journal keeps them.
    fn push(&mut self, note: Note) {
        const MOST: usize = 20;
        if self.notes.len() < MOST {
            self.notes.push(note);
        }
    }

    /// An `&` or a `+` that was meant as text and was not escaped cuts a value short or becomes a space. Both are proper
    /// forms, so this is only a suspicion: a name without `=` after a value, or a plus sign where nobody writes a space.
    fn notice_cut(&mut self, before: Option<&str>, name: &str, value: Option<&[u8]>, text: &str) {
        match value {
            None => {
                if let Some(before) = before {
                    let what = format!(
                        "{} may have been cut short by an unescaped &: send & as %26, what follows it is \"{}\"",
                        text::short(before),
                        text::short(name)
                    );
                    self.push(Note { parameter: Some(before.to_owned()), text: what });
                }
            }
            Some(raw) => {
                let odd = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
                if odd && raw.contains(&b'+') {
                    let what =
                        format!("{} has a space for every +: send + as %2B, it was read as \"{}\"", text::short(name), text::short(text));
                    self.note(Some(name.to_owned()), what);
                }
            }
        }
    }

    /// The text of bytes that are not UTF-8, with a note that says what they may have been.
    fn damaged(&mut self, name: &str, bytes: &[u8]) -> String {
        let (korean, broken) = encoding_rs::EUC_KR.decode_without_bom_handling(bytes);
        let is_korean = !broken && korean.chars().any(|character| ('가'..='힣').contains(&character));
        let cure = if is_korean {
            format!(
                "they read well as EUC-KR/CP949: send percent-encoded UTF-8, {name}={}",
                escape::encode(&text::cut(&korean, RoomName::MAX_CHARS))
            )
        } else {
            "send percent-encoded UTF-8".to_owned()
        };
        self.note(Some(name.to_owned()), format!("{name} has bytes that are not UTF-8, which became U+FFFD; {cure}"));
        // assumed: not-utf8
        String::from_utf8_lossy(bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_do_not_pile_up() {
        let mut form = Form::default();
        form.decode("%zz&".repeat(100).as_bytes());
        assert_eq!(form.notes.len(), 20);
    }
}
