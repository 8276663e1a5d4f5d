//! The printed pages, read back with other people's tools: poppler and qpdf.

use crate::support::Room;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs a tool of the package named and returns what it prints.
fn tool(package: &str, name: &str, args: &[&str], path: &Path) -> String {
    let output = Command::new(name).args(args).arg(path).args(if name == "pdftotext" { &["-"][..] } else { &[] }).output();
    let output = output.unwrap_or_else(|error| panic!("{name} cannot be run ({error}): install the package {package}"));
    assert!(output.status.success(), "{name} {}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns the text of a PDF, laid out as printed.
pub fn text(path: &Path) -> String {
    tool("poppler-utils", "pdftotext", &["-layout"], path)
}

/// Returns a text without what a line break changes: spaces and hyphens.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{ad}' | '\u{2010}' | '*')).collect()
}

/// Returns the text of a PDF in reading order, squeezed.
fn words(path: &Path) -> String {
    squeezed(&tool("poppler-utils", "pdftotext", &["-raw"], path))
}

/// Returns every object of a PDF.
fn objects(path: &Path) -> Vec<Value> {
    let json: Value = serde_json::from_str(&tool("qpdf", "qpdf", &["--json", "--json-key=qpdf"], path)).expect("qpdf prints JSON");
    let objects = json["qpdf"][1].as_object().expect("objects").values();
    objects.map(|object| object.get("value").or_else(|| object["stream"].get("dict")).cloned().unwrap_or_default()).collect()
}

const PAGES: [&str; 3] = ["question-paper.pdf", "source-booklet.pdf", "teacher/mark-scheme.pdf"];

/// A room with the shipped IB-style Paper 1 in the folder `paper`.
fn paper_1() -> Room {
    let mut room = Room::new();
    let ran = room.run("set ib-history-paper-1 --seed 7 --out paper");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    room
}

fn yaml(room: &Room, file: &str) -> Value {
    serde_yaml::from_str(&room.read(&format!("paper/{file}"))).expect("YAML")
}

/// Returns every text under a key, however deep.
fn under<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value {
                    Value::String(text) if name == key => found.push(text),
                    _ => under(value, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| under(item, key, found)),
        _ => {}
    }
}

#[test]
fn the_question_paper_says_what_a_candidate_needs() {
    let room = paper_1();
    let path = room.path("paper/question-paper.pdf");
    let (laid_out, words) = (text(&path), words(&path));
    let paper = yaml(&room, "paper.yaml");
    let mut questions = 0;
    for section in paper["sections"].as_array().expect("sections") {
        for question in section["questions"].as_array().expect("questions") {
            for part in question["question"]["parts"].as_array().expect("parts") {
                let asked = part["text"].as_str().expect("a text");
                assert!(words.contains(&squeezed(asked)), "{asked}");
                // The marks stand at the end of the question, at the right.
                let with_marks = format!("{}[{}]", squeezed(asked), part["marks"]);
                assert!(words.contains(&with_marks), "{with_marks}");
                questions += 1;
            }
            let number = format!("{}.", question["number"].as_str().expect("a number"));
            assert!(laid_out.lines().any(|line| line.starts_with(&number)), "{number}");
        }
    }
    assert_eq!(questions, 5);
    for said in ["not an official examination", "24 marks", "1 hour", "5 minutes", "Turn over", "Name", "End of question paper"] {
        assert!(laid_out.contains(said), "{said}");
    }
    let reference = paper["reference"].as_str().expect("a code");
    for (page, text) in laid_out.split_terminator('\u{c}').enumerate() {
        let total = laid_out.split_terminator('\u{c}').count();
        assert!(text.contains(&format!("Page {} of {total}", page + 1)), "{text}");
        assert!(text.contains("not an official examination") && text.contains(reference), "{text}");
    }
}

#[test]
fn the_source_booklet_has_every_source() {
    let room = paper_1();
    let words = words(&room.path("paper/source-booklet.pdf"));
    let paper = yaml(&room, "paper.yaml");
    let sources = paper["source_sets"][0]["set"]["sources"].as_array().expect("sources");
    assert_eq!(sources.len(), 4);
    for source in sources {
        assert!(words.contains(&squeezed(&format!("Source {}", source["label"].as_str().expect("a label")))));
        assert!(words.contains(&squeezed(source["attribution"].as_str().expect("an attribution"))), "{}", source["attribution"]);
        for body in [&source["text"], &source["picture"]["description"]] {
            for paragraph in body.as_str().unwrap_or_default().split("\n\n") {
                assert!(words.contains(&squeezed(paragraph)), "{paragraph}");
            }
        }
        for gloss in source["glosses"].as_array().into_iter().flatten() {
            let gloss = format!("{}: {}", gloss["term"].as_str().expect("a term"), gloss["meaning"].as_str().expect("a meaning"));
            assert!(words.contains(&squeezed(&gloss)), "{gloss}");
        }
    }
}

#[test]
fn candidates_are_shown_nothing_that_earns_marks() {
    let room = paper_1();
    let schemes = yaml(&room, "teacher/mark-scheme.yaml");
    let scheme = words(&room.path("paper/teacher/mark-scheme.pdf"));
    let [questions, sources] = ["question-paper.pdf", "source-booklet.pdf"].map(|page| words(&room.path(&format!("paper/{page}"))));
    let mut credits = Vec::new();
    under(&schemes, "credit", &mut credits);
    assert!(credits.len() > 40, "{} credits", credits.len());
    for credit in credits {
        // Were it not found here, that it is not found there would say nothing.
        assert!(scheme.contains(&squeezed(credit)), "the mark scheme lacks: {credit}");
        assert!(!questions.contains(&squeezed(credit)) && !sources.contains(&squeezed(credit)), "{credit}");
    }
    for note in schemes["notes"].as_array().expect("notes") {
        // A note may go on over the page, but hardly one of its sentences.
        let sentences: Vec<_> =
            note["text"].as_str().expect("a text").split(". ").map(squeezed).filter(|sentence| sentence.len() > 25).collect();
        assert!(sentences.iter().any(|sentence| scheme.contains(sentence)), "{sentences:?}");
        for sentence in sentences {
            assert!(!questions.contains(&sentence) && !sources.contains(&sentence), "{sentence}");
        }
    }
}

#[test]
fn every_page_is_sound_and_tagged() {
    let room = paper_1();
    for page in PAGES {
        let path = room.path(&format!("paper/{page}"));
        tool("qpdf", "qpdf", &["--check"], &path);
        let info = tool("poppler-utils", "pdfinfo", &[], &path);
        let field =
            |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default().trim().to_owned();
        assert_eq!(field("Tagged"), "yes", "{page}");
        assert!(field("Title").starts_with("IB-style practice paper – History – Paper 1 – "), "{page}: {}", field("Title"));
        assert_eq!((field("JavaScript").as_str(), field("Encrypted").as_str()), ("no", "no"), "{page}");
        assert!(field("Page size").contains("A4"), "{page}");
        assert_eq!((field("CreationDate"), field("ModDate")), (String::new(), String::new()), "a date would make every printing another");
        let fonts = tool("poppler-utils", "pdffonts", &[], &path);
        let fonts: Vec<_> = fonts.lines().skip(2).collect();
        assert!(!fonts.is_empty(), "{page}");
        for font in fonts {
            // The columns at the end: embedded, subset, to Unicode, object and generation.
            let columns: Vec<_> = font.split_whitespace().rev().collect();
            assert_eq!((columns[4], columns[2]), ("yes", "yes"), "{page}: {font}");
        }
        let objects = objects(&path);
        let catalog = objects.iter().find(|object| object["/Type"] == "/Catalog").expect("a catalog");
        assert!(catalog["/Lang"].as_str().is_some_and(|lang| lang.starts_with("u:en")), "{page}: {}", catalog["/Lang"]);
        assert_eq!(catalog["/ViewerPreferences"]["/DisplayDocTitle"], true, "{page}");
    }
}

/// Returns the kinds of a PDF's structure elements, in the order of the page, with the indentation taken off.
fn structure(path: &Path) -> Vec<String> {
    let text = tool("poppler-utils", "pdfinfo", &["-struct"], path);
    text.lines().filter_map(|line| line.split_whitespace().next()).map(|kind| kind.trim_end_matches(':').to_owned()).collect()
}

#[test]
fn headings_and_tables_are_there_for_those_who_hear_the_page() {
    let room = paper_1();
    let expect: [(&str, &[&str]); 3] = [
        ("question-paper.pdf", &["H1", "H2", "H3", "L", "LI", "P"]),
        ("source-booklet.pdf", &["H1", "H2", "H3", "Figure", "P"]),
        ("teacher/mark-scheme.pdf", &["H1", "H2", "H3", "H4", "Table", "THead", "TH", "TR", "TD", "L"]),
    ];
    for (page, kinds) in expect {
        let structure = structure(&room.path(&format!("paper/{page}")));
        for kind in kinds {
            assert!(structure.iter().any(|found| found == kind), "{page} has no {kind}");
        }
        // A level is never skipped on the way down.
        let levels = structure.iter().filter_map(|kind| kind.strip_prefix('H')?.parse::<u8>().ok());
        levels.fold(0, |above, level| {
            assert!(level <= above + 1, "{page}: a heading of level {level} under one of level {above}");
            level
        });
    }
}

/// What is read under “Instructions to candidates” should be instructions.
#[test]
fn questions_and_sources_do_not_stand_under_the_instructions() {
    let room = paper_1();
    for (page, first) in [("question-paper.pdf", "H3"), ("source-booklet.pdf", "H3")] {
        let structure = structure(&room.path(&format!("paper/{page}")));
        let at = structure.iter().position(|kind| kind == first).expect("a question or source");
        let above = structure[..at].iter().filter(|kind| *kind == "H2").count();
        assert!(above >= 2, "{page}: the only heading above the first {first} is that of the instructions");
    }
}

#[test]
fn every_picture_has_a_text_alternative() {
    let room = paper_1();
    let objects = objects(&room.path("paper/source-booklet.pdf"));
    let figures: Vec<_> = objects.iter().filter(|object| object["/S"] == "/Figure").collect();
    assert_eq!(figures.len(), 1);
    let paper = yaml(&room, "paper.yaml");
    let mut alts = Vec::new();
    under(&paper["source_sets"], "alt", &mut alts);
    let alts: BTreeSet<_> = alts.iter().map(|alt| format!("u:{alt}")).collect();
    for figure in figures {
        assert!(figure["/Alt"].as_str().is_some_and(|alt| alts.contains(alt)), "{}", figure["/Alt"]);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let mut room = paper_1();
    for seed in ["7", "8"] {
        assert_eq!(room.run(&format!("set ib-history-paper-1 --seed {seed} --out again{seed}")).code, 0);
    }
    for page in PAGES {
        let bytes = |folder: &str| fs::read(room.path(&format!("{folder}/{page}"))).expect("a page");
        assert!(bytes("paper") == bytes("again7"), "{page} differs");
        // Each page bears the paper's code.
        assert!(bytes("paper") != bytes("again8"), "{page} does not differ");
    }
    assert_eq!(room.read("paper/paper.yaml"), room.read("again7/paper.yaml"));
    assert_eq!(room.read("paper/teacher/mark-scheme.yaml"), room.read("again7/teacher/mark-scheme.yaml"));
}

/// Every kind of mark scheme is printed.
#[test]
fn the_mark_scheme_says_what_a_marker_needs() {
    let mut room = Room::new();
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper").code, 0);
    assert_eq!(room.run("set moon-full-practice --bank bank --seed 7 --out other").code, 0);
    let text = ["paper", "other"].map(|folder| text(&room.path(&format!("{folder}/teacher/mark-scheme.pdf")))).concat();
    for said in [
        "Count any 2 of these points",
        "Points of the group “time”",
        "Shows the answer wrong: The shadow",
        "The right half — correct",
        "Value",
        "Limitation",
        "Sputnik 1 goes round the Earth",
        "1 mark for the right order",
        "Argument (4 marks)",
        "Language (2 marks)",
        "Choose the band by best fit",
        "Own knowledge is not credited",
        "Part (b) can be answered from Source C alone",
        "The years are common knowledge",
        "Grade boundaries, for illustration",
        "Mark scheme",
        "not an official examination",
    ] {
        assert!(squeezed(&text).contains(&squeezed(said)), "{said}\n{text}");
    }
}

/// What stands in a bank is printed, and is never taken for the language of the templates.
#[test]
fn the_words_of_a_bank_are_no_program() {
    let mut room = Room::new();
    let odd =
        "#panic(1) $x^2$ @ref <label> \\ `raw` _u_ = h // c /* c */ {{b}} <script>alert(1)</script> & “q” ~ -- --- 'q' #(1) [b] % é Ж ω";
    room.edit("bank/question-bank/questions.yaml", "Explain how the Moon causes the tides.", &format!("'{}'", odd.replace('\'', "''")));
    room.edit("bank/question-bank/sources.yaml", "title: The Moon and its visitors", "title: \"#show: it => none\"");
    room.write("bank/question-bank/x.yaml", "formats:\n  - {id: one, style: '#x', subject: '*S*', paper: '{{p}}', minutes: 9, marks: 4, instructions: ['#i'], sections: [{title: '#t', slots: [{form: moon-essay}]}]}\n");
    for kind in ["pdf", "html"] {
        let ran = room.run(&format!("set one --bank bank --topic moon --seed 7 --out {kind} --format {kind}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{kind}");
    }
    let printed = words(&room.path("pdf/question-paper.pdf"));
    for piece in ["#panic(1)$x^2$@ref<label>\\`raw`_u_=h//c/", "c/{{b}}<script>alert(1)</script>&“q”~", "'q'#(1)[b]%éЖω", "#t", "{{p}}"]
    {
        assert!(printed.contains(&squeezed(piece)), "{piece} in {printed}");
    }
    let page = room.read("html/question-paper.html");
    assert!(!page.contains("<script>alert"), "the page runs what a bank says");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("{{b}}"), "{page}");
}
