//! `docs/security.md` states figures: each of its rows is tried.

use vchatcloud_mock::chat::Chat;
use vchatcloud_mock::journal::{BODY_KEPT, Limits};

use crate::mock::Mock;

const PAGE: &str = include_str!("../../docs/security.md");

/// What and how much, of the table.
fn rows() -> Vec<(&'static str, usize)> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with("|---")).skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        (cells[1], cells[2].trim_end_matches(" bytes").parse().unwrap())
    })
    .collect()
}

/// A form or a JSON text of exactly so many bytes.
fn filled(start: &str, end: &str, bytes: usize) -> String {
    format!("{start}{}{end}", "x".repeat(bytes - start.len() - end.len()))
}

#[tokio::test]
async fn what_is_said_to_be_bounded_is() {
    let rows = rows();
    assert_eq!(rows.len(), 8);
    for (what, most) in rows {
        let mock = Mock::new();
        let (within, beyond) = match what {
            "body of a call of the API" => {
                let status = async |bytes| mock.alice().post("/openapi/v1/rooms", &filled("maxUser=1&roomName=", "", bytes)).await.status;
                (status(most).await != 413, status(most + 1).await == 413)
            }
            "body of a call of the control plane" => {
                let status = async |bytes| mock.admin("POST", "faults?all=true", &filled("{\"", "\": 1}", bytes)).await.status;
                (status(most).await == 400, status(most + 1).await == 413)
            }
            "body of `PUT state`" => {
                let status = async |bytes| mock.admin("PUT", "state?all=true", &filled("{\"", "\": 1}", bytes)).await.status;
                (status(most).await == 400, status(most + 1).await == 413)
            }
            "exchanges in the journal, per account" => (Limits::default().entries == most, true),
            "bytes in the journal, in all" => (Limits::default().bytes == most, true),
            "bytes of a body in the journal" => (BODY_KEPT == most, true),
            "messages kept of a room" => (Chat::MESSAGES == most, true),
            "fault rules of an account" => {
                let add = async || mock.admin("POST", "faults?apiKey=alice-key", r#"{"do": {"kind": "hang"}}"#).await.status;
                let mut is_within = true;
                for _ in 0..most {
                    is_within &= add().await == 201;
                }
                (is_within, add().await == 400)
            }
            other => panic!("nobody tries {other}"),
        };
        assert!(within && beyond, "{what}: {within} {beyond}");
    }
}

/// Who reads the one comes to the other.
#[test]
fn the_readme_leads_there() {
    for readme in [include_str!("../../README.md"), include_str!("../../README.ko.md")] {
        assert!(readme.contains("](docs/security.md)"));
    }
}
