//! `GET /__admin/fidelity`: how sure everything is that the mock does.

use axum::http::{HeaderName, header};

use super::error::AdminRefusals;

/// The page as it is committed.
const PAGE: &str = include_str!("../../docs/fidelity.md");

/// How sure everything is that the mock does: documented by the vendor, observed, or assumed, and then where in the code and by which test.
#[utoipa::path(get, path = "/__admin/fidelity", operation_id = "getFidelity", tag = "health", responses(
    (status = 200, description = "the page, as in docs/fidelity.md", body = String, content_type = "text/markdown"), AdminRefusals))]
pub async fn show() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], PAGE)
}
