//! Panics in every place where one could leave something behind. They are in the build of the unit tests and in no other.

use axum::http::Method;

use super::auth::Caller;
use super::envelope::Answer;
use super::error::ApiError;
use super::{Handler, Path, path};
use crate::domain::operation::Operation;

/// In a handler that holds no lock, and in those that hold one.
pub const PLACES: [&str; 7] = ["handler", "account", "look", "world", "issued", "faults", "journal"];
/// What they say besides: of the vendor's real shape.
pub const SECRET: &str = "AbCdEf-GhIjKl-123456-MnOpQr-20220101000000";

pub static PATHS: [Path; 1] = [("/planted/{place}", "GET, HEAD", &[(Method::GET, Operation::GetRoomInfo, Handler::Head(panic))])];

fn panic(caller: &Caller<'_>) -> Result<Answer, ApiError> {
    let place = path::segment(caller.route.path, 2);
    caller.emulator.under_lock(&caller.account, place, || panic!("planted in {place}, {SECRET}\nwith a second line"));
    panic!("planted in no lock, {SECRET}")
}
