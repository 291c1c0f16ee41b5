//! `bad-gateway`: a 502 with an HTML page, as a gateway whose backend is down answers; the operation does not happen.

use super::super::plan::{Plan, Reply};
use super::Kind;
use crate::reader::{Members, Reader};

/// What it says: no envelope, no JSON.
const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// Answers as a gateway does that reaches nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct BadGateway;

impl Kind for BadGateway {
    const NAME: &'static str = "bad-gateway";
    const WHAT: &'static str = "answers 502 with an HTML page, as nginx does";

    fn read(_: &mut Reader, _: &Members<'_>) -> Option<Self> {
        Some(BadGateway)
    }

    fn plan(&self, _: &mut dyn FnMut() -> f64) -> Plan {
        Plan::instead(Reply::Page { http: 502, html: PAGE })
    }
}
