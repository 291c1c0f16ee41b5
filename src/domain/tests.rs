//! What programs read from values; what clients read is in answers.

use super::field::{GApiKey, RoomName, Webrtc};

#[test]
fn values_as_programs_read_them() {
    let name: RoomName = "Lobby".parse().unwrap();
    assert!(name.as_str() == "Lobby" && name == "Lobby" && name != "lobby");
    assert_eq!("AIza".parse().map(|key: GApiKey| key.as_str().to_owned()), Ok("AIza".to_owned()));
    assert_eq!((Webrtc::OFF.get(), Webrtc::GRANTED.get()), (0, 91));
}
