//! `markband schema`, as a user sees it. Whether the schemas are right is in `schema.rs`.

use crate::support::Room;

#[test]
fn every_schema_is_one() {
    let mut room = Room::new();
    for (kind, key) in [("questions", "questions"), ("schemes", "markbands"), ("paper", "reference"), ("mark-scheme", "notes")] {
        let ran = room.run(&format!("schema {kind}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        let json = ran.json();
        assert_eq!(json["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let name = json["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")).expect("a reference");
        assert!(json["$defs"][name]["properties"][key].is_object(), "{kind} has no {key}");
    }
    assert_eq!(room.run("schema").stdout, room.run("schema questions").stdout);
}

#[test]
fn a_kind_that_is_none_is_wrong_use() {
    let mut room = Room::new();
    assert_eq!(room.run("schema question").code, 2);
    room.snapshot("schema_errors");
}
