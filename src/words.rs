//! Every printed and screen word, read from `templates/words/<lang>.yaml`.
//!
//! A word is asked for by its key and may have places, `{like_this}`, to be filled. A key that is not there is
//! shown as the key in ⟨brackets⟩, so that a half-translated file still prints; a test holds the shipped file
//! complete.

use crate::diag::Fault;
use crate::record::{Definitions, Read, Reader};
use crate::span::Files;
use crate::yaml::{self, Kind, Node};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The words of one language.
#[derive(Debug, Default, Clone)]
pub struct Words {
    words: BTreeMap<String, String>,
}

impl Words {
    /// Reads words from YAML: maps within maps become keys with points between them.
    pub fn parse(path: &str, text: &str) -> (Words, Files, Vec<Fault>) {
        let mut files = Files::default();
        let mut faults = Vec::new();
        let file = files.add(path, text);
        let root = yaml::parse(&files, file, &mut faults).root;
        let mut reader = Reader::new(&mut faults);
        let words = root.and_then(|root| Words::read(&root, &mut reader)).unwrap_or_default();
        (words, files, faults)
    }

    /// Takes over every word of another file, keeping those it lacks.
    pub fn overlay(&mut self, other: Words) {
        self.words.extend(other.words);
    }

    /// Returns the words under a key with their places filled.
    pub fn say(&self, key: &str, places: &[(&str, &dyn std::fmt::Display)]) -> String {
        let Some(text) = self.words.get(key) else { return format!("⟨{key}⟩") };
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = text.as_str();
        while let Some(start) = rest.find('{') {
            let Some(length) = rest[start..].find('}') else { break };
            let name = &rest[start + 1..start + length];
            out.push_str(&rest[..start]);
            match places.iter().find(|(place, _)| *place == name) {
                Some((_, value)) => out.push_str(&value.to_string()),
                None => out.push_str(&rest[start..=start + length]),
            }
            rest = &rest[start + length + 1..];
        }
        out + rest
    }

    /// Returns the words under a key that has no places.
    pub fn get(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// Returns `<key>.one` for one and `<key>.many` otherwise, with `{n}` filled.
    pub fn count(&self, key: &str, n: impl Into<u64>) -> String {
        let n = n.into();
        let form = if n == 1 { "one" } else { "many" };
        self.say(&format!("{key}.{form}"), &[("n", &n)])
    }

    /// Returns what a fault says and its cure.
    pub fn fault(&self, fault: &Fault) -> (String, String) {
        let places: Vec<_> = fault.args.iter().map(|(name, value)| (*name, value as &dyn std::fmt::Display)).collect();
        let part = |part: &str| self.say(&format!("faults.{}.{part}", fault.code), &places);
        (part("says"), part("cure"))
    }

    /// Returns what is said at the second place of a fault.
    pub fn beside(&self, fault: &Fault) -> String {
        let own = format!("faults.{}.beside", fault.code);
        if self.words.contains_key(&own) { self.get(&own) } else { self.get("screen.first-here") }
    }

    /// Returns every key, for the test that holds the shipped file complete.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }
}

impl Read for Words {
    fn read(node: &Node, reader: &mut Reader) -> Option<Words> {
        let mut words = BTreeMap::new();
        flatten(node, String::new(), &mut words, reader);
        Some(Words { words })
    }
    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "object"})
    }
}

fn flatten(node: &Node, key: String, words: &mut BTreeMap<String, String>, reader: &mut Reader) {
    match &node.kind {
        Kind::Map(pairs) => {
            for (name, value) in pairs {
                let name = name.text().unwrap_or_default();
                let key = if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
                flatten(value, key, words, reader);
            }
        }
        Kind::Scalar { .. } | Kind::List(_) => {
            if let Some(text) = String::read(node, reader) {
                words.insert(key, text);
            }
        }
    }
}
