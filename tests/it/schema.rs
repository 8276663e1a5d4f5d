//! The JSON Schemas by which editors complete bank files agree with what loading takes.

use crate::support::{RawText, files_below, good, root, shipped, texts};
use markband::bank::load::{SCHEMES, load};
use markband::bank::{BankFile, SchemeFile};
use markband::paper::setting::{Seed, set};
use markband::paper::{FrozenSchemes, Paper};
use markband::record::json_schema;
use serde_json::{Value, json};
use std::fs;

fn bank_schemas() -> (Value, Value) {
    (json_schema::<BankFile>("A markband question bank file"), json_schema::<SchemeFile>("A markband mark scheme file"))
}

/// Returns what is wrong with a value by a schema: the part of JSON Schema that markband's schemas use.
fn wrong(schema: &Value, value: &Value, all: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema is a map") {
        let sound = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let name = rule.as_str().and_then(|path| path.strip_prefix("#/$defs/")).expect("a reference");
                out.extend(wrong(&all["$defs"][name], value, all));
                true
            }
            "type" => {
                let is = |kind: &Value| match kind.as_str().expect("a type") {
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "boolean" => value.is_boolean(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    kind => panic!("the type {kind}"),
                };
                rule.as_array().map_or_else(|| is(rule), |kinds| kinds.iter().any(is))
            }
            "enum" => rule.as_array().expect("a list").contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().expect("a number")),
            "pattern" => {
                let pattern = regex::Regex::new(rule.as_str().expect("a text")).expect("a pattern");
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            "items" => {
                value.as_array().into_iter().flatten().for_each(|item| out.extend(wrong(rule, item, all)));
                true
            }
            "properties" => {
                for (key, rule) in rule.as_object().expect("a map") {
                    out.extend(value.get(key).map(|value| wrong(rule, value, all)).unwrap_or_default());
                }
                true
            }
            "additionalProperties" => match rule {
                Value::Bool(false) => value.as_object().is_none_or(|map| map.keys().all(|key| schema["properties"].get(key).is_some())),
                rule => {
                    value.as_object().into_iter().flatten().for_each(|(_, value)| out.extend(wrong(rule, value, all)));
                    true
                }
            },
            "required" => value
                .as_object()
                .is_none_or(|map| rule.as_array().expect("a list").iter().all(|key| map.contains_key(key.as_str().expect("a key")))),
            "minProperties" => value.as_object().is_none_or(|map| map.len() as u64 >= rule.as_u64().expect("a number")),
            "maxProperties" => value.as_object().is_none_or(|map| map.len() as u64 <= rule.as_u64().expect("a number")),
            "oneOf" => rule.as_array().expect("a list").iter().filter(|rule| wrong(rule, value, all).is_empty()).count() == 1,
            "anyOf" => rule.as_array().expect("a list").iter().any(|rule| wrong(rule, value, all).is_empty()),
            keyword => panic!("the keyword {keyword}"),
        };
        if !sound {
            let text = value.to_string();
            out.push(format!("{keyword}: {}", text.chars().take(100).collect::<String>()));
        }
    }
    out
}

fn against(schemas: &(Value, Value), file: &RawText) -> Vec<String> {
    let value = serde_yaml::from_str(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
    let schema = if file.path.starts_with(SCHEMES) { &schemas.1 } else { &schemas.0 };
    wrong(schema, &value, schema)
}

#[test]
fn the_committed_schemas_are_those_of_this_program() {
    let (questions, schemes) = bank_schemas();
    for (path, schema, kind) in [("question-bank/schema.json", questions, "questions"), ("mark-schemes/schema.json", schemes, "schemes")] {
        let committed = fs::read_to_string(root().join(path)).expect("the schema");
        let printed = crate::support::Room::new().run(&format!("schema {kind}")).stdout;
        assert!(committed == printed, "{path} is not what `markband schema {kind}` prints: print it anew");
        assert_eq!(serde_json::from_str::<Value>(&committed).expect("JSON"), schema);
    }
}

#[test]
fn the_first_line_of_every_bank_file_names_its_schema() {
    let files = ["question-bank", "mark-schemes", "tests/bank/good"].iter().flat_map(|folder| files_below(folder, &["yaml", "yml"]));
    for path in files {
        let text = fs::read_to_string(&path).expect("a readable file");
        let first = text.lines().next().unwrap_or_default();
        let schema = first.strip_prefix("# yaml-language-server: $schema=").unwrap_or_else(|| panic!("{}: {first}", path.display()));
        let named = path
            .parent()
            .expect("a folder")
            .join(schema)
            .canonicalize()
            .unwrap_or_else(|error| panic!("{}: {schema}: {error}", path.display()));
        let kind = if path.components().any(|part| part.as_os_str() == "mark-schemes") { "mark-schemes" } else { "question-bank" };
        assert_eq!(named, root().join(kind).join("schema.json").canonicalize().expect("the schema"), "{}", path.display());
    }
}

#[test]
fn a_bank_without_faults_is_right_by_the_schemas() {
    let schemas = bank_schemas();
    for file in texts(shipped()).iter().chain(&texts(good())) {
        assert_eq!(against(&schemas, file), Vec::<String>::new(), "{}", file.path);
    }
}

/// What an editor can see by the schema alone, it marks while the author types.
#[test]
fn what_a_record_cannot_be_is_wrong_by_the_schemas() {
    let seen =
        ["unknown-key", "missing-key", "missing-one-of", "too-many-keys", "unknown-word", "wrong-type", "mark-range", "pattern-keys"];
    let schemas = bank_schemas();
    let mut held = 0;
    for case in crate::faults::cases() {
        for file in texts(case.files) {
            let faults: Vec<_> = case.faults.iter().filter(|fault| fault.starts_with(&file.path)).collect();
            if !faults.iter().any(|fault| seen.iter().any(|code| fault.ends_with(code)))
                || faults.iter().any(|fault| fault.contains(": yaml-"))
            {
                continue;
            }
            assert!(!against(&schemas, &file).is_empty(), "{} is right by the schema of {}", case.name, file.path);
            held += 1;
        }
    }
    assert!(held > 10, "only {held} files");
}

#[test]
fn a_paper_is_right_by_its_schema() {
    let (bank, _) = load(good());
    let (paper, frozen) =
        set(&bank, bank.format("moon-paper").expect("the format"), None, Seed(7)).unwrap_or_else(|short| panic!("{short:?}"));
    let (paper_schema, frozen_schema) = (json_schema::<Paper>("A paper"), json_schema::<FrozenSchemes>("Mark schemes"));
    assert_eq!(wrong(&paper_schema, &json!(paper), &paper_schema), Vec::<String>::new());
    assert_eq!(wrong(&frozen_schema, &json!(frozen), &frozen_schema), Vec::<String>::new());
}

/// Editors show these beside the key that is typed.
#[test]
fn every_key_is_described() {
    let (questions, schemes) = bank_schemas();
    for schema in [questions, schemes] {
        for (name, record) in schema["$defs"].as_object().expect("a map") {
            assert!(record["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
            for (key, value) in record["properties"].as_object().into_iter().flatten() {
                assert!(value["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}.{key}");
            }
        }
    }
}
