//! A panic of the control plane, in the build of the unit tests and in no other.

use axum::Router;
use axum::routing::get;

use super::error::AdminError;
use crate::emulator::Emulator;

pub fn routes() -> Router<Emulator> {
    let panicking = async || -> AdminError { panic!("planted in the control plane, AbCdEf-GhIjKl-123456-MnOpQr-20220101000000") };
    Router::new().route("/__admin/planted", get(panicking))
}
