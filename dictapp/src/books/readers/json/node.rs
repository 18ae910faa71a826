//! A JSON value that keeps the order of its fields, and repeated fields: `{"b": 1, "a": 2, "b": 3}`
//! has three fields, the first and the last are `b`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Number(String),
    /// `null`, `true` or `false`.
    Other(&'static str),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The text of a string or a number.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Node::Text(text) | Node::Number(text) => Some(text),
            Node::Other(_) | Node::List(_) | Node::Map(_) => None,
        }
    }

    /// The value as a report shows it.
    pub(super) fn summary(&self) -> &str {
        match self {
            Node::Text(text) | Node::Number(text) => text,
            Node::Other(text) => text,
            Node::List(_) => "[..]",
            Node::Map(_) => "{..}",
        }
    }

    /// Whether the value is a list or an object with lists or objects in it.
    pub(super) fn has_inner_lists(&self) -> bool {
        let is_inner = |node: &Node| matches!(node, Node::List(_) | Node::Map(_));
        match self {
            Node::List(nodes) => nodes.iter().any(is_inner),
            Node::Map(fields) => fields.iter().any(|(_, node)| is_inner(node)),
            Node::Text(_) | Node::Number(_) | Node::Other(_) => false,
        }
    }

    /// Whether the value contains a text that is not empty.
    pub(super) fn has_text(&self) -> bool {
        match self {
            Node::Text(text) => !text.trim().is_empty(),
            Node::Number(_) | Node::Other(_) => false,
            Node::List(nodes) => nodes.iter().any(Node::has_text),
            Node::Map(fields) => fields.iter().any(|(_, node)| node.has_text()),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, is_true: bool) -> Result<Node, E> {
        Ok(Node::Other(if is_true { "true" } else { "false" }))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Other("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Map(fields))
    }
}
