//! Records: one declaration gives a type, the reading of it from YAML with *all* faults, and its JSON Schema.
//!
//! [`record!`] declares a map with named keys, [`choice!`] a closed list of words, [`one_of!`] a value that is
//! written under one of several keys. Reading never stops at a fault: it notes it and goes on with the next
//! key, and a record that lacks something it cannot do without is left out of the bank.

use crate::diag::{Fault, nearest};
use crate::span::{At, Span};
use crate::yaml::{Kind, Node};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};

/// Collects what reading finds.
pub struct Reader<'f> {
    pub faults: &'f mut Vec<Fault>,
    /// Ids of records that were left out, or that lack something that was. A reference to one, or a total that does not
    /// come out for the lack, is not a fault of its own.
    pub left_out: HashSet<String>,
    /// How many items of lists have been left out so far.
    pub dropped: usize,
}

impl<'f> Reader<'f> {
    /// Returns a reader that notes faults in a list.
    pub fn new(faults: &'f mut Vec<Fault>) -> Reader<'f> {
        Reader { faults, left_out: HashSet::new(), dropped: 0 }
    }

    fn expected<T>(&mut self, what: &str, node: &Node) -> Option<T> {
        let found = match &node.kind {
            Kind::Scalar { .. } if node.is_null() => "nothing".to_owned(),
            Kind::Scalar { text, .. } => format!("“{}”", shorten(text)),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map of keys".to_owned(),
        };
        self.faults.push(Fault::error("wrong-type").at(node.span).with("expected", what).with("found", found));
        None
    }
}

/// Returns the beginning of a text that is too long to repeat in a message.
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(48) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value that can be read from a YAML node and described by a JSON Schema.
pub trait Read: Sized {
    /// Returns the value, or notes why there is none.
    fn read(node: &Node, reader: &mut Reader) -> Option<Self>;
    /// Returns the value of a key that is not written, or `None` if the key must be written.
    fn absent() -> Option<Self> {
        None
    }
    /// Returns whether the value is the one of a key that is not written, so that writing leaves the key out.
    fn is_absent(&self) -> bool {
        false
    }
    /// Returns the JSON Schema; records put theirs among the definitions and return a reference.
    fn schema(definitions: &mut Definitions) -> Value;
}

/// Schemas of records by name.
pub type Definitions = BTreeMap<&'static str, Value>;

/// Returns the whole JSON Schema of a file that holds one `T`.
pub fn json_schema<T: Read>(title: &str) -> Value {
    let mut definitions = Definitions::new();
    let mut schema = T::schema(&mut definitions);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(title);
    schema["$defs"] = json!(definitions);
    schema
}

/// Returns whether serde should leave a key out.
pub fn is_absent<T: Read>(value: &T) -> bool {
    value.is_absent()
}

impl Read for String {
    fn read(node: &Node, reader: &mut Reader) -> Option<String> {
        if node.is_null() {
            return reader.expected("a text", node);
        }
        let Some(text) = node.text() else { return reader.expected("a text", node) };
        if let Some(bad) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            let fault = Fault::error("control-character").at(node.span).with("character", format!("U+{:04X}", bad as u32));
            reader.faults.push(fault);
            return None;
        }
        Some(text.trim_end().to_owned())
    }
    fn schema(_: &mut Definitions) -> Value {
        json!({"type": ["string", "number"]})
    }
}

/// Reads a whole number that fits `T`.
fn whole<T: TryFrom<i128>>(node: &Node, reader: &mut Reader) -> Option<T> {
    let number = match &node.kind {
        Kind::Scalar { text, plain: true } => text.parse::<i128>().ok().and_then(|n| T::try_from(n).ok()),
        Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => None,
    };
    number.or_else(|| reader.expected("a whole number, without quotes", node))
}

macro_rules! whole_numbers {
    ($($t:ty),*) => {$(
        impl Read for $t {
            fn read(node: &Node, reader: &mut Reader) -> Option<$t> {
                whole(node, reader)
            }
            fn schema(_: &mut Definitions) -> Value {
                json!({"type": "integer", "minimum": 0})
            }
        }
    )*};
}
whole_numbers!(u8, u16, u32, u64);

impl Read for i32 {
    fn read(node: &Node, reader: &mut Reader) -> Option<i32> {
        whole(node, reader)
    }
    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "integer"})
    }
}

impl Read for f64 {
    fn read(node: &Node, reader: &mut Reader) -> Option<f64> {
        let number = node.text().and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite());
        number.or_else(|| reader.expected("a number", node))
    }
    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "number"})
    }
}

impl Read for bool {
    fn read(node: &Node, reader: &mut Reader) -> Option<bool> {
        match node.text() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => reader.expected("true or false", node),
        }
    }
    fn absent() -> Option<bool> {
        Some(false)
    }
    fn is_absent(&self) -> bool {
        !self
    }
    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "boolean"})
    }
}

impl<T: Read> Read for Option<T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<Option<T>> {
        T::read(node, reader).map(Some)
    }
    fn absent() -> Option<Option<T>> {
        Some(None)
    }
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    fn schema(definitions: &mut Definitions) -> Value {
        T::schema(definitions)
    }
}

impl<T: Read> Read for Box<T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<Box<T>> {
        T::read(node, reader).map(Box::new)
    }
    fn schema(definitions: &mut Definitions) -> Value {
        T::schema(definitions)
    }
}

/// A list keeps the items that can be read. A key that is not written is an empty list.
impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<Vec<T>> {
        let Kind::List(items) = &node.kind else { return reader.expected("a list", node) };
        let kept: Vec<T> = items.iter().filter_map(|item| T::read(item, reader)).collect();
        reader.dropped += items.len() - kept.len();
        Some(kept)
    }
    fn absent() -> Option<Vec<T>> {
        Some(Vec::new())
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
    fn schema(definitions: &mut Definitions) -> Value {
        json!({"type": "array", "items": T::schema(definitions)})
    }
}

/// Keys chosen by whoever writes the file, each with a value.
impl<T: Read> Read for BTreeMap<String, T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<BTreeMap<String, T>> {
        let Kind::Map(pairs) = &node.kind else { return reader.expected("a map of keys", node) };
        Some(pairs.iter().filter_map(|(k, v)| Some((k.text()?.to_owned(), T::read(v, reader)?))).collect())
    }
    fn schema(definitions: &mut Definitions) -> Value {
        json!({"type": "object", "additionalProperties": T::schema(definitions)})
    }
}

impl<T: Read> Read for At<T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<At<T>> {
        T::read(node, reader).map(|value| At { value, span: node.span })
    }
    fn schema(definitions: &mut Definitions) -> Value {
        T::schema(definitions)
    }
}

/// A value written under one of several keys of the record that has it.
pub trait OneOf: Sized {
    /// The keys, of which exactly one is written.
    const KEYS: &'static [&'static str];
    fn read_key(key: &str, node: &Node, reader: &mut Reader) -> Option<Self>;
    /// Returns each key with its schema.
    fn key_schemas(definitions: &mut Definitions) -> Vec<(&'static str, Value)>;
}

/// Returns the name under which a mark scheme is known to be not whole: it has no id, and its part has another.
pub fn scheme_of(part: &str) -> String {
    format!("scheme of {part}")
}

/// Reads the keys of one record. Made by [`record!`].
pub struct Keys<'n, 't> {
    name: &'static str,
    node: &'n Node<'t>,
    pairs: &'n [(Node<'t>, Node<'t>)],
}

impl<'n, 't> Keys<'n, 't> {
    /// Begins a record: it must be a map, and must have no keys but the known ones.
    pub fn begin(name: &'static str, known: &[&'static str], node: &'n Node<'t>, reader: &mut Reader) -> Option<Self> {
        let Kind::Map(pairs) = &node.kind else { return reader.expected(&format!("the keys of {}", described(name)), node) };
        for (key, _) in pairs {
            let written = key.text().unwrap_or_default();
            if known.contains(&written) {
                continue;
            }
            let mut fault = Fault::error("unknown-key").at(key.span).with("key", shorten(written)).with("record", described(name));
            fault = match nearest(written, known.iter().copied()) {
                Some(near) => fault.with("cure", format!("did you mean `{near}`?")),
                None => fault.with("cure", format!("the keys here are: {}", known.join(", "))),
            };
            reader.faults.push(fault);
        }
        Some(Keys { name, node, pairs })
    }

    fn value(&self, key: &str) -> Option<&'n Node<'t>> {
        self.pairs.iter().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    /// Reads one key's value, or takes the value of a key that is not written.
    pub fn read<T: Read>(&self, key: &'static str, reader: &mut Reader) -> Option<T> {
        let value = match self.value(key) {
            // A key with nothing behind it is a key not yet filled in.
            Some(node) if node.is_null() && T::absent().is_some() => T::absent(),
            Some(node) => T::read(node, reader),
            None => {
                let absent = T::absent();
                if absent.is_none() {
                    let fault = Fault::error("missing-key").at(self.place()).with("key", key).with("record", described(self.name));
                    reader.faults.push(fault);
                }
                absent
            }
        };
        if value.is_none() {
            self.leave_out(reader);
        }
        value
    }

    /// Reads the value that is written under one of several keys.
    pub fn read_one_of<T: OneOf>(&self, reader: &mut Reader) -> Option<T> {
        let mut written = T::KEYS.iter().filter_map(|key| Some((*key, self.value(key)?)));
        let fault = match (written.next(), written.next()) {
            (Some((key, node)), None) => {
                let value = T::read_key(key, node, reader);
                if value.is_none() {
                    self.leave_out(reader);
                }
                return value;
            }
            (Some((first, _)), Some((second, node))) => {
                Fault::error("too-many-keys").at(node.span).with("first", first).with("second", second)
            }
            (None, _) => Fault::error("missing-one-of").at(self.place()),
        };
        reader.faults.push(fault.with("record", described(self.name)).with("keys", T::KEYS.join(", ")));
        self.leave_out(reader);
        None
    }

    /// Where a fault of the whole record is shown: at its id, or else at its first key.
    fn place(&self) -> Span {
        let id = self.value("id").filter(|id| id.text().is_some());
        id.map(|id| id.span).or_else(|| self.pairs.first().map(|(key, _)| key.span)).unwrap_or(self.node.span)
    }

    /// Notes that the record is not whole: it was left out, or something in it was.
    pub fn leave_out(&self, reader: &mut Reader) {
        if let Some(id) = self.value("id").and_then(Node::text) {
            reader.left_out.insert(id.to_owned());
        }
        if let Some(part) = self.value("for").and_then(Node::text) {
            reader.left_out.insert(scheme_of(part));
        }
    }
}

/// Turns a type's name into words: `MarkScheme` becomes "a mark scheme".
fn described(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    let article = if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {words}")
}

/// Returns the schema of a record. Made by [`record!`].
pub fn object(doc: &str, properties: Vec<(&'static str, Value, &str, bool)>, one_of: Option<Vec<(&'static str, Value)>>) -> Value {
    let required: Vec<_> = properties.iter().filter(|(_, _, _, required)| *required).map(|(key, ..)| *key).collect();
    let mut keys = Map::new();
    for (key, mut schema, doc, _) in properties {
        schema["description"] = json!(tidy(doc));
        keys.insert(key.to_owned(), schema);
    }
    let mut schema = json!({"type": "object", "description": tidy(doc), "additionalProperties": false, "required": required});
    if let Some(one_of) = one_of {
        schema["oneOf"] = one_of.iter().map(|(key, _)| json!({"required": [key]})).collect();
        keys.extend(one_of.into_iter().map(|(key, schema)| (key.to_owned(), schema)));
    }
    schema["properties"] = Value::Object(keys);
    schema
}

fn tidy(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Declares a record: `record! { /// what it is … pub struct Name { /// what the key means … pub key: Type, } }`.
/// A key that is not a Rust name is written `pub name = "key": Type`; a value that stands under one of several
/// keys is declared last as `one_of name: Type`.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $Name:ident {
            $( $(#[doc = $fdoc:literal])* pub $field:ident $(= $key:literal)? : $ty:ty, )*
            $( one_of $(#[doc = $odoc:literal])* $one:ident : $One:ty, )?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $Name {
            $( $(#[doc = $fdoc])*
               #[serde($(rename = $key,)? skip_serializing_if = "crate::record::is_absent")]
               pub $field: $ty, )*
            $( $(#[doc = $odoc])* #[serde(flatten)] pub $one: $One, )?
        }

        impl $crate::record::Read for $Name {
            fn read(node: &$crate::yaml::Node, reader: &mut $crate::record::Reader) -> Option<Self> {
                const KEYS: &[&str] = &[$( $crate::record::key!($field $(, $key)?) ),*];
                #[allow(unused_mut)]
                let mut known = KEYS.to_vec();
                $( known.extend(<$One as $crate::record::OneOf>::KEYS); )?
                let keys = $crate::record::Keys::begin(stringify!($Name), &known, node, reader)?;
                let dropped = reader.dropped;
                // Every key is read before any `?`, so that all faults of the record are found.
                $( let $field = keys.read::<$ty>($crate::record::key!($field $(, $key)?), reader); )*
                $( let $one = keys.read_one_of::<$One>(reader); )?
                if reader.dropped > dropped {
                    keys.leave_out(reader);
                }
                Some($Name { $( $field: $field?, )* $( $one: $one?, )? })
            }

            fn schema(definitions: &mut $crate::record::Definitions) -> serde_json::Value {
                if !definitions.contains_key(stringify!($Name)) {
                    // A placeholder first, for records that contain themselves.
                    definitions.insert(stringify!($Name), serde_json::Value::Null);
                    let properties = vec![$( (
                        $crate::record::key!($field $(, $key)?),
                        <$ty as $crate::record::Read>::schema(definitions),
                        concat!($($fdoc, " "),*),
                        <$ty as $crate::record::Read>::absent().is_none(),
                    ) ),*];
                    #[allow(unused_mut, unused_assignments)]
                    let mut one_of = None;
                    $( one_of = Some(<$One as $crate::record::OneOf>::key_schemas(definitions)); )?
                    let schema = $crate::record::object(concat!($($doc, " "),*), properties, one_of);
                    definitions.insert(stringify!($Name), schema);
                }
                serde_json::json!({"$ref": concat!("#/$defs/", stringify!($Name))})
            }
        }
    };
}

/// Names a record's key: its field, unless another name is given.
macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident, $key:literal) => {
        $key
    };
}

/// Declares a closed list of words, each a case of an enum.
macro_rules! choice {
    ( $(#[doc = $doc:literal])* pub enum $Name:ident { $( $(#[doc = $vdoc:literal])* $Case:ident = $word:literal, )* } ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum $Name { $( $(#[doc = $vdoc])* #[serde(rename = $word)] $Case, )* }

        impl $Name {
            /// Every case, in the order declared.
            pub const ALL: &[$Name] = &[$( $Name::$Case ),*];

            /// Returns the word that stands for the case in files.
            pub fn word(self) -> &'static str {
                match self { $( $Name::$Case => $word, )* }
            }
        }

        impl $crate::record::Read for $Name {
            fn read(node: &$crate::yaml::Node, reader: &mut $crate::record::Reader) -> Option<Self> {
                $crate::record::read_word(stringify!($Name), &$Name::ALL.iter().map(|c| c.word()).collect::<Vec<_>>(), node, reader)
                    .map(|index| $Name::ALL[index])
            }
            fn schema(_: &mut $crate::record::Definitions) -> serde_json::Value {
                serde_json::json!({"enum": [$( $word ),*]})
            }
        }
    };
}

/// Reads one of a closed list of words and returns its index. Made by [`choice!`].
pub fn read_word(name: &'static str, words: &[&'static str], node: &Node, reader: &mut Reader) -> Option<usize> {
    let Some(text) = node.text() else { return reader.expected("a word", node) };
    let found = words.iter().position(|word| *word == text);
    if found.is_none() {
        let mut fault = Fault::error("unknown-word").at(node.span).with("word", shorten(text)).with("record", described(name));
        fault = match nearest(text, words.iter().copied()) {
            Some(near) => fault.with("cure", format!("did you mean `{near}`?")),
            None => fault.with("cure", format!("one of: {}", words.join(", "))),
        };
        reader.faults.push(fault);
    }
    found
}

/// Declares a value that is written under one of several keys.
macro_rules! one_of {
    ( $(#[doc = $doc:literal])* pub enum $Name:ident { $( $(#[doc = $vdoc:literal])* $Case:ident($ty:ty) = $key:literal, )* } ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub enum $Name { $( $(#[doc = $vdoc])* #[serde(rename = $key)] $Case($ty), )* }

        impl $crate::record::OneOf for $Name {
            const KEYS: &'static [&'static str] = &[$( $key ),*];
            fn read_key(key: &str, node: &$crate::yaml::Node, reader: &mut $crate::record::Reader) -> Option<Self> {
                match key {
                    $( $key => <$ty as $crate::record::Read>::read(node, reader).map($Name::$Case), )*
                    _ => None,
                }
            }
            fn key_schemas(definitions: &mut $crate::record::Definitions) -> Vec<(&'static str, serde_json::Value)> {
                vec![$( ($key, {
                    #[allow(unused_mut)]
                    let mut schema = <$ty as $crate::record::Read>::schema(definitions);
                    schema["description"] = serde_json::json!(concat!($($vdoc, " "),*).trim());
                    schema
                }) ),*]
            }
        }
    };
}

pub(crate) use {choice, key, one_of, record};
