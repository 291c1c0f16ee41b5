//! What an answer looks like, whatever it says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// An answer, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: Option<String>,
    /// `None` where a capture has left it out.
    pub body: Option<Vec<u8>>,
}

/// More than this, no honest answer has at one place; of another one, the rest is not looked at.
const MOST_KEYS: usize = 200;
const MOST_ORDERS: usize = 20;
pub const MOST_ITEMS: usize = 1000;

/// What stands at one place of a body, or of several: every item of a list is at the same one.
#[derive(Debug, Default)]
pub struct Node {
    /// JSON types, and [`ABSENT`] where it is not there.
    pub types: BTreeSet<&'static str>,
    /// In which orders its keys come, each once.
    pub orders: Vec<Vec<String>>,
    /// By key, in the order of their first appearance.
    pub members: Vec<(String, Node)>,
    /// What a list holds; `None` if there is nothing in any.
    pub items: Option<Box<Node>>,
    /// The texts, each once.
    pub texts: BTreeSet<String>,
    /// What was too much to be looked at.
    pub left_out: BTreeSet<String>,
}

/// The type of what is not there.
pub const ABSENT: &str = "absent";

impl Answer {
    /// The body, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body.as_deref()?).ok()
    }

    /// What kind of body there is.
    pub fn body_kind(&self) -> &'static str {
        match &self.body {
            None => "not captured",
            Some(body) if body.is_empty() => "empty",
            Some(_) if self.json().is_some() => "JSON",
            Some(_) => "no JSON",
        }
    }

    /// The media type without its parameters, in lower case.
    pub fn essence(&self) -> Option<String> {
        let essence = self.content_type.as_deref()?.split(';').next()?.trim();
        Some(essence.to_ascii_lowercase())
    }

    /// The parameter `charset`, in lower case; empty without one.
    pub fn charset(&self) -> String {
        let parameters = self.content_type.as_deref().unwrap_or_default().split(';').skip(1);
        let charset =
            parameters.filter_map(|parameter| parameter.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        charset.map(|(_, value)| value.trim().trim_matches('"').to_ascii_lowercase()).unwrap_or_default()
    }

    /// Whether the service says that it did what it was asked to.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status) && self.json().is_some_and(|body| body["result_cd"].as_i64() == Some(1))
    }
}

impl Node {
    /// What all these values have in common, and in what they differ; `None` is one that is not there.
    pub fn of(values: &[Option<&Value>]) -> Node {
        let objects: Vec<_> = values.iter().filter_map(|value| value.and_then(Value::as_object)).collect();
        let mut node = Node { types: values.iter().map(|value| value.map_or(ABSENT, type_of)).collect(), ..Node::default() };
        let mut places = BTreeMap::new();
        let mut members: Vec<(&String, Vec<Option<&Value>>)> = Vec::new();
        for object in &objects {
            let order: Vec<String> = object.keys().take(MOST_KEYS).cloned().collect();
            if !node.orders.contains(&order) {
                node.orders.push(order);
            }
            if node.orders.len() > MOST_ORDERS {
                node.orders.pop();
                node.left_out.insert(format!("more than {MOST_ORDERS} orders"));
            }
            for (key, value) in *object {
                if members.len() == MOST_KEYS && !places.contains_key(key) {
                    node.left_out.insert(format!("more than {MOST_KEYS} keys"));
                    continue;
                }
                let place = *places.entry(key).or_insert(members.len());
                if place == members.len() {
                    members.push((key, Vec::new()));
                }
                members[place].1.push(Some(value));
            }
        }
        for (key, mut values) in members {
            if values.len() < objects.len() {
                values.push(None);
            }
            node.members.push((key.clone(), Node::of(&values)));
        }
        let mut items = values.iter().filter_map(|value| value.and_then(Value::as_array)).flatten().map(Some);
        let looked_at: Vec<_> = items.by_ref().take(MOST_ITEMS).collect();
        if items.next().is_some() {
            node.left_out.insert(format!("more than {MOST_ITEMS} items"));
        }
        node.items = (!looked_at.is_empty()).then(|| Box::new(Node::of(&looked_at)));
        node.texts = values.iter().filter_map(|value| value.and_then(Value::as_str)).map(str::to_owned).collect();
        node
    }

    /// What stands under a key.
    pub fn member(&self, key: &str) -> Option<&Node> {
        self.members.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }
}

/// As JSON Schema calls it.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
