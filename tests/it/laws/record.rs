//! The journal keeps what it may, and loses count of nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tokio::runtime::Runtime;
use vchatcloud_mock::journal::{Filter, Limits};

use super::drive::number;
use crate::mock::{Caller, Mock};

/// What is asked of a server whose journal is small.
#[derive(Debug, Clone)]
enum Asked {
    List,
    /// A create with a name of so many characters.
    Create(usize),
    Preflight,
    NoPath,
    /// A call that a fault leaves without an answer.
    Unanswered,
    Forget,
    Reset,
}

fn asked() -> impl Strategy<Value = (usize, bool, Asked)> {
    let what = prop_oneof![
        4 => Just(Asked::List),
        4 => (0..2000_usize).prop_map(Asked::Create),
        2 => Just(Asked::Preflight),
        2 => Just(Asked::NoPath),
        2 => Just(Asked::Unanswered),
        1 => Just(Asked::Forget),
        1 => Just(Asked::Reset),
    ];
    // The last of three names no account.
    (0..3_usize, any::<bool>(), what)
}

/// What must be kept: the numbers of the exchanges of each account since it was last forgotten.
type Exchanges = BTreeMap<Option<&'static str>, Vec<u64>>;

async fn hold_against(mock: &Mock, exchanges: &Exchanges, limits: Limits, page: usize) {
    let is_on = limits.entries > 0 && limits.bytes > 0;
    let all = mock.emulator().requests(None, &Filter::default(), usize::MAX);
    assert!(all.entries.iter().map(|entry| entry.size()).sum::<usize>() <= limits.bytes);
    for key in [None, Some("alice-key"), Some("bob-key")] {
        let query = key.map(|key| format!("&apiKey={key}")).unwrap_or_default();
        let shown = mock.admin("GET", &format!("requests?limit=1000000{query}"), "").await.json();
        let ids = |shown: &serde_json::Value| -> Vec<u64> {
            shown["requests"].as_array().unwrap().iter().map(|entry| entry["id"].as_u64().unwrap()).collect()
        };
        let kept = ids(&shown);
        assert_eq!(shown["kept"], kept.len());
        let of_key = exchanges.iter().filter(|(of, _)| key.is_none() || **of == key);
        let all: usize = of_key.map(|(_, ids)| ids.len()).sum();
        assert_eq!(kept.len() as u64 + shown["evicted"].as_u64().unwrap(), if is_on { all as u64 } else { 0 });
        if let Some(key) = key {
            let newest = &exchanges.get(&Some(key)).map_or(&[][..], Vec::as_slice);
            assert!(kept.len() <= limits.entries && newest.ends_with(&kept), "{kept:?} of {newest:?}");
        }

        let (mut paged, mut since) = (Vec::new(), 0);
        loop {
            let next = ids(&mock.admin("GET", &format!("requests?since={since}&limit={page}{query}"), "").await.json());
            assert!(next.len() <= page);
            let Some(last) = next.last() else { break };
            since = *last;
            paged.extend(next);
        }
        assert_eq!(paged, kept);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_journal_is_bounded_and_complete(
        asked in prop::collection::vec(asked(), 0..60),
        entries in prop_oneof![1 => Just(0), 9 => 1..12_usize],
        bytes in prop_oneof![1 => Just(0), 4 => 1..30_000_usize, 4 => Just(1_000_000_usize)],
        page in 1..5_usize,
    ) {
        Runtime::new().unwrap().block_on(async {
            let limits = Limits { entries, bytes };
            let mock = Mock::with(|settings| settings.journal = limits);
            let mut exchanges = Exchanges::new();
            for (who, all, what) in asked {
                let key = [Some("alice-key"), Some("bob-key"), None][who];
                let caller: Caller = key.map_or_else(|| mock.stranger(), |key| mock.caller(key, "t"));
                let scope = key.filter(|_| !all);
                let query = scope.map_or("?all=true".to_owned(), |key| format!("?apiKey={key}"));
                let reply = match what {
                    Asked::List => caller.list().await,
                    Asked::Create(long) => caller.post("/openapi/v1/rooms", &format!("maxUser=1&roomName={}", "x".repeat(long))).await,
                    Asked::Preflight => caller.send("OPTIONS", "/openapi/v1/rooms", None, "").await,
                    Asked::NoPath => caller.get("/nowhere").await,
                    Asked::Unanswered => caller.header("X-Mock-Fault", "hang").list().await,
                    Asked::Forget | Asked::Reset => {
                        let reply = match what {
                            Asked::Forget => mock.admin("DELETE", &format!("requests{query}"), "").await,
                            _ => mock.admin("POST", &format!("reset{}", scope.map_or("", |_| &query)), "").await,
                        };
                        assert_eq!(reply.status, 200, "{reply}");
                        exchanges.retain(|of, _| scope.is_some() && *of != scope);
                        continue;
                    }
                };
                exchanges.entry(key).or_default().push(number(&reply));
            }
            hold_against(&mock, &exchanges, limits, page).await;
        });
    }
}
