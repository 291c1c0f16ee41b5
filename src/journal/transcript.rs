//! What went over the wire in one exchange, copied into one buffer: parts of the HTTP library's own buffers would pin far
//! more memory than they hold.

use std::fmt;

use crate::domain::secret::scrubbed;

/// How many bytes of a body are kept.
pub const BODY_KEPT: usize = 4 * 1024;

/// An extension of requests that came over TLS.
#[derive(Clone, Copy)]
pub struct Secure;

/// A request and its answer. `Debug` shows the first line alone: the rest may hold credentials.
#[derive(Clone, Default)]
pub struct Transcript {
    /// Whether it went over TLS.
    pub is_secure: bool,
    text: Vec<u8>,
    method_end: u32,
    target_end: u32,
    request_headers_end: u32,
    request_body_end: u32,
    answer_headers_end: u32,
    /// Whole lengths, whatever was kept.
    request_body_bytes: Option<u64>,
    answer_body_bytes: u64,
}

impl Transcript {
    /// Starts with the head of a request. Names are as the HTTP library gives them: in lower case.
    pub fn of<'h>(method: &str, target: &str, headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> Transcript {
        // As much as the allocator has at hand again and again.
        const USUAL: usize = 1000;
        let mut transcript = Transcript { text: Vec::with_capacity(USUAL), ..Transcript::default() };
        transcript.text.extend_from_slice(method.as_bytes());
        transcript.method_end = transcript.end();
        transcript.text.extend_from_slice(target.as_bytes());
        transcript.target_end = transcript.end();
        transcript.add_headers(headers);
        transcript.request_headers_end = transcript.end();
        transcript.request_body_end = transcript.request_headers_end;
        transcript.answer_headers_end = transcript.request_headers_end;
        transcript
    }

    /// Adds the body of the request, if it was read, and the answer with the beginning of its body; in this order, once.
    pub fn finish<'h>(
        &mut self,
        request_body: Option<&[u8]>,
        answer_headers: impl Iterator<Item = (&'h str, &'h [u8])>,
        answer_body: &[u8],
        answer_body_bytes: usize,
    ) {
        if let Some(body) = request_body {
            self.request_body_bytes = Some(body.len() as u64);
            self.text.extend_from_slice(&body[..body.len().min(BODY_KEPT)]);
        }
        self.request_body_end = self.end();
        self.add_headers(answer_headers);
        self.answer_headers_end = self.end();
        self.answer_body_bytes = answer_body_bytes as u64;
        self.text.extend_from_slice(&answer_body[..answer_body.len().min(BODY_KEPT)]);
        // A copy of just that size: shrinking would leave a crumb behind every time.
        self.text = self.text.as_slice().to_vec();
    }

    /// Bytes of memory, about.
    pub fn size(&self) -> usize {
        self.text.capacity()
    }

    /// The method.
    pub fn method(&self) -> &str {
        std::str::from_utf8(&self.text[..self.method_end as usize]).unwrap_or_default()
    }

    /// Path and query as they arrived, or what stood in their place.
    pub fn target(&self) -> &str {
        std::str::from_utf8(&self.text[self.method_end as usize..self.target_end as usize]).unwrap_or_default()
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    /// The query, without its question mark.
    pub fn query(&self) -> Option<&str> {
        self.target().split_once('?').map(|(_, query)| query)
    }

    /// The headers of the request, in their order.
    pub fn request_headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        lines(&self.text[self.target_end as usize..self.request_headers_end as usize])
    }

    /// The first value of a header of the request, if it is text. `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request_headers().find(|(other, _)| *other == name).and_then(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// What was kept of the request's body; `None` when nobody read it.
    pub fn request_body(&self) -> Option<&[u8]> {
        self.request_body_bytes.map(|_| &self.text[self.request_headers_end as usize..self.request_body_end as usize])
    }

    /// How long the request's body was; `None` when nobody read it.
    pub fn request_body_bytes(&self) -> Option<u64> {
        self.request_body_bytes
    }

    /// Whether less of the request's body was kept than there was.
    pub fn is_request_cut(&self) -> bool {
        self.request_body_bytes.is_some_and(|bytes| bytes > BODY_KEPT as u64)
    }

    /// Whether all of the request's body was kept, or it had none. One that was refused early may never have been read.
    pub fn is_request_whole(&self) -> bool {
        let announces = self.header("transfer-encoding").is_some() || self.header("content-length").is_some_and(|length| length != "0");
        if self.request_body_bytes.is_some() { !self.is_request_cut() } else { !announces }
    }

    /// The headers of the answer, in their order.
    pub fn answer_headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        lines(&self.text[self.request_body_end as usize..self.answer_headers_end as usize])
    }

    /// What was kept of the answer's body.
    pub fn answer_body(&self) -> &[u8] {
        &self.text[self.answer_headers_end as usize..]
    }

    /// How long the answer's body was.
    pub fn answer_body_bytes(&self) -> u64 {
        self.answer_body_bytes
    }

    fn add_headers<'h>(&mut self, headers: impl Iterator<Item = (&'h str, &'h [u8])>) {
        for (name, value) in headers {
            // Neither a name nor a value can hold a line break.
            for part in [name.as_bytes(), b":", value, b"\n"] {
                self.text.extend_from_slice(part);
            }
        }
    }

    fn end(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({} {})", scrubbed(self.method()), scrubbed(self.target()))
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((std::str::from_utf8(&line[..colon]).ok()?, &line[colon + 1..]))
    })
}
