//! Scripts from elsewhere: every way to write a heading, what only looks like one, and files that mean harm.

use crate::support::{good, shipped, sound};
use markband::exchange::package::{MAX_DEPTH, MAX_ENTRIES, MAX_FILE, MAX_UNPACKED};
use markband::exchange::script_file::{Form, write};
use markband::exchange::script_text::{Import, Kind, Why, read};
use markband::paper::Paper;
use markband::paper::setting::{Seed, set};
use markband::script::{Answer, LateText, Script, clean, slips};
use proptest::prelude::*;
use std::io::{Cursor, Write};
use std::sync::LazyLock;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn paper(bank: Vec<markband::bank::load::RawFile>, format: &str) -> Paper {
    let bank = sound(bank);
    set(&bank, bank.format(format).expect("a format"), None, Seed(7)).unwrap_or_else(|faults| panic!("{faults:?}")).0
}

/// 1(a), 1(b), 2, 3, 4.
static MOON: LazyLock<Paper> = LazyLock::new(|| paper(good(), "moon-paper"));
/// 04, 06.
static AQA: LazyLock<Paper> = LazyLock::new(|| paper(shipped(), "aqa-gcse-russia-practice"));
/// 2, 3(d).
static EDEXCEL: LazyLock<Paper> = LazyLock::new(|| paper(shipped(), "edexcel-gcse-russia-practice"));
/// 1 alone.
static ESSAY: LazyLock<Paper> = LazyLock::new(|| {
    let mut essay = MOON.clone();
    essay.sections[0].questions.clear();
    essay.sections[1].questions.truncate(1);
    essay.sections[1].questions[0].number = "1".to_owned();
    essay
});

/// Returns an import in short: `1(a)=text; 2=text; ?before=text; !fault`, with a stroke for the end of a line.
fn short(import: &Import) -> String {
    let flat = |text: &str| text.replace('\n', "/");
    let mut out: Vec<String> = import.script.answers.iter().map(|answer| format!("{}={}", answer.number, flat(&answer.text))).collect();
    out.extend(import.unplaced.iter().map(|unplaced| {
        let why = match &unplaced.why {
            Why::BeforeTheFirst => "before".to_owned(),
            Why::UnknownNumber(number) => format!("unknown {number}"),
            Why::WhichPart(number) => format!("which {number}"),
        };
        format!("?{why}={}", flat(&unplaced.text))
    }));
    out.extend(import.faults.iter().map(|fault| format!("!{}", fault.code)));
    out.join("; ")
}

fn import(paper: &Paper, text: &str) -> Import {
    read(paper, Kind::Text, text.as_bytes(), None, "ada").unwrap_or_else(|fault| panic!("{fault:?}\n{text}"))
}

/// Holds a table of texts, with strokes for the ends of lines, against what they must become.
fn check(paper: &Paper, table: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (text, wanted) in table {
        let found = short(&import(paper, &text.replace('/', "\n")));
        if found != *wanted {
            wrong.push_str(&format!("\n{text}\n  wanted {wanted}\n  found  {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn headings_in_every_style_are_known() {
    let styles = [
        ("1a", "1b", "2", "3", "4"),
        ("1(a)", "1(b)", "2", "3", "4"),
        ("1 (a)", "1 (b)", "2.", "3.", "4."),
        ("1. (a)", "1. (b)", "2)", "3)", "4)"),
        ("1) a)", "1) b)", "(2)", "(3)", "(4)"),
        ("1.a", "1.b", "2:", "3:", "4:"),
        ("1.a)", "1.b)", "2 -", "3 –", "4 —"),
        ("1-a", "1-b", "02", "03", "04"),
        ("01a", "01b", "02.", "03.", "04."),
        ("1A", "1B", "2", "3", "4"),
        ("1(A).", "1(B).", "[2]", "[3]", "[4]"),
        ("1 a", "1 b", "2", "3", "4"),
        ("1 ( a )", "1 ( b )", "2", "3", "4"),
        ("Question 1 (a)", "Question 1 (b)", "Question 2", "Question 3", "Question 4"),
        ("Question 1(a):", "Question 1(b):", "Question 2:", "Question 3:", "Question 4:"),
        ("QUESTION 1A", "QUESTION 1B", "QUESTION 2", "QUESTION 3", "QUESTION 4"),
        ("question 1a.", "question 1b.", "question 2.", "question 3.", "question 4."),
        ("Question 1, part a", "Question 1, part b", "Question no. 2", "Question number 3", "Question #4"),
        ("Question 1 part (a)", "Question 1 part (b)", "Question two", "Question Three", "QUESTION FOUR"),
        ("Q1a.", "Q1b.", "Q2", "Q3", "Q4"),
        ("Q.1 (a)", "Q.1 (b)", "Q.2", "Q. 3", "Q 4"),
        ("Qu. 1a", "Qu 1b", "Qn 2", "Ques. 3", "Q4:"),
        ("Answer to question 1a", "Answer to question 1b", "Answer to question 2", "Answer to Q3", "Answer to 4"),
        ("Answer 1(a)", "Answer 1(b)", "Answer 2", "ANSWER 3:", "Ans. 4"),
        ("My answer to question 1(a)", "My answer to question 1(b)", "Answer for Question 2", "Response to question 3", "Answer: 4"),
        ("# 1(a)", "# 1(b)", "# 2", "# 3", "# 4"),
        ("## Question 1(a)", "## Question 1(b)", "## Question 2", "## Question 3", "## Question 4"),
        ("**1(a)**", "**1(b)**", "**2**", "**3.**", "**4)**"),
        ("**Question 1(a):**", "**Question 1(b):**", "**Question 2**:", "**Question** 3", "***Question 4***"),
        ("__1a__", "__1b__", "_2_", "_3_", "`4`"),
        ("### **Q1a**", "### **Q1b**", "### **Q2**", "### **Q3**", "### **Q4**"),
        ("- Question 1(a)", "- Question 1(b)", "* Question 2", "• Question 3", "+ Question 4"),
        ("1. Question 1(a)", "2. Question 1(b)", "3. Question 2", "4. Question 3", "5. Question 4"),
        ("> Question 1(a)", "> Question 1(b)", "> Question 2", "> Question 3", "> Question 4"),
        ("1(a) [2 marks]", "1(b) [1 mark]", "2 [2]", "3 (4 marks)", "4 (6)"),
        ("Question 1(a) (2 marks):", "Question 1(b) (1 mark):", "Question 2 – 2 marks", "Question 3 [4 marks]", "Question 4, 6 marks."),
        ("1/(a)", "(b)", "2", "3", "4"),
        ("Question 1/a)", "b)", "Question 2", "Question 3", "Question 4"),
        ("1./a.", "b.", "2.", "3.", "4."),
        ("Question 1/Part a", "Part b", "Question 2", "Question 3", "Question 4"),
        ("1(a)", "(b)", "2", "3", "4"),
        ("Question 1a", "b)", "Question 2", "Question 3", "Question 4"),
        ("\u{a0}1(a)\u{a0}", "\t1(b)\t", "  2  ", "  3", "4  "),
    ];
    for (a, b, two, three, four) in styles {
        for (open, gap) in [("", "\n"), ("\n", "\n\n")] {
            let texts = ["Light.", "The right.", "It is a table.", "They were curious.\n\nAnd rivals.", "To a great extent."];
            let heads = [a, b, two, three, four];
            let text: String =
                heads.iter().zip(texts).map(|(head, text)| format!("{open}{}{gap}{text}\n\n", head.replace('/', "\n"))).collect();
            let wanted = "1(a)=Light.; 1(b)=The right.; 2=It is a table.; 3=They were curious.//And rivals.; 4=To a great extent.";
            assert_eq!(short(&import(&MOON, &text)), wanted, "\n{text}");
        }
    }
}

#[test]
fn an_answer_may_begin_on_the_line_of_its_heading() {
    check(
        &MOON,
        &[
            ("1a The light./1b Right./2. A table./3. Curious./4. Great.", "1(a)=The light.; 1(b)=Right.; 2=A table.; 3=Curious.; 4=Great."),
            ("1(a) the light/1(b) right", "1(a)=the light; 1(b)=right"),
            ("1(a): the light/1(b) – right", "1(a)=the light; 1(b)=right"),
            ("1. (a) the light/   (b) right/2. a table", "1(a)=the light; 1(b)=right; 2=a table"),
            ("1) a) the light/b) right/2) a table", "1(a)=the light; 1(b)=right; 2=a table"),
            ("Question 1(a) The light/Question 2 It is", "1(a)=The light; 2=It is"),
            ("Q1a. the light/Q2: it is", "1(a)=the light; 2=it is"),
            ("**1(a)** The **light**/**2.** **It** is", "1(a)=The **light**; 2=**It** is"),
            ("**Question 2:** It *is*", "2=It *is*"),
            ("## 2. It is/more/## 3. They", "2=It is/more; 3=They"),
            ("02 The light/03 the right", "2=The light; 3=the right"),
            ("Question 2/    indented/  more", "2=    indented/  more"),
        ],
    );
}

#[test]
fn what_only_looks_like_a_heading_stays_in_the_answer() {
    check(
        &MOON,
        &[
            ("Question 3/1930 was a bad year./2 million peasants/4 of them", "3=1930 was a bad year./2 million peasants/4 of them"),
            ("Question 3/1. First,/2. Second,/3. Third/4. Fourth", "3=1. First,/2. Second,/3. Third/4. Fourth; !script-list; !script-list"),
            ("Question 1(a)/1. First,/2. Second./Question 2/x", "1(a)=1. First,/2. Second.; 2=x"),
            ("Question 2/x/1) First/2) Second/3) Third/Question 3/y/Question 4/z", "2=x/1) First/2) Second/3) Third; 3=y; 4=z"),
            (
                "2. Reasons:/1. one/2. two/3. three/3. Curious.",
                "2=Reasons:/1. one/2. two/3. three; 3=Curious.; !script-guess; !script-guess",
            ),
            (
                "Question 3/1.5 million/2,000 men/3% of them/2nd, 3rd/1st/4th-rate/4½",
                "3=1.5 million/2,000 men/3% of them/2nd, 3rd/1st/4th-rate/4½",
            ),
            ("Question 3/2 March 1917/4 Moons/2:1 for/3-4 men", "3=2 March 1917/4 Moons/2:1 for/3-4 men; !script-list"),
            ("Question 3/Question 2 asks about this too./Question 4/x", "3=Question 2 asks about this too.; 4=x; !script-list"),
            ("Question 3/Questions 1 and 2 are easier.", "3=Questions 1 and 2 are easier."),
            ("Question 3/- 1. one/- 2. two/- 4. four", "3=- 1. one/- 2. two/- 4. four"),
            ("Question 3/Source A says./A. J. P. Taylor says./I think.", "3=Source A says./A. J. P. Taylor says./I think."),
            ("Question 1(a)/a) one/b) two/c) three/Question 1(b)/right", "1(a)=a) one/b) two/c) three; 1(b)=right"),
            ("Question 1(a)/reasons:/a) one/b) two/(b)/right", "1(a)=reasons:/a) one/b) two; 1(b)=right"),
            ("1(a)/B", "1(a)=B"),
            ("1(a)/b)/2/x", "1(a)=b); 2=x"),
            ("Question 1/(a)/(b)/(b)/(a)", "1(a)=(b); 1(b)=(a)"),
            ("Question 1/a/B/b/A/Question 2/x", "1(a)=B; 1(b)=A; 2=x"),
            ("Question 1/(a)//(b)/right", "1(b)=right"),
            ("Question 1/A/light/B/right", "1(a)=light; 1(b)=right"),
            ("1(a)/B/1(b)/A", "1(a)=B; 1(b)=A"),
            ("Question 2/(a) value/(b) limitation", "2=(a) value/(b) limitation"),
            ("Question 3/Q & A/Answers differ./Questioning 2", "3=Q & A/Answers differ./Questioning 2"),
            ("Question 4/Problem 1: none/Reason 2: none/Part 3/Paragraph 2", "4=Problem 1: none/Reason 2: none/Part 3/Paragraph 2"),
            ("Question 4/1917/1917./1917: war/(1917)", "4=1917/1917./1917: war/(1917)"),
            ("Question 3/1939-45/1/3 of/4×4/2°", "3=1939-45/1/3 of/4×4/2°"),
            ("Question 3/12. twelve/99 balloons/5. five", "3=12. twelve/99 balloons/5. five"),
        ],
    );
    check(
        &AQA,
        &[
            ("04/One problem/1. first/2. second/06/Both/4. four/6. six", "04=One problem/1. first/2. second; 06=Both/4. four/6. six"),
            ("4. Problems/6. Both", "04=Problems; 06=Both"),
            ("Question 4/x/Question 06/y", "04=x; 06=y"),
            ("04 Problems were/06 Both were", "04=Problems were; 06=Both were"),
            ("4/x//6/y", "04=x; 06=y"),
        ],
    );
    check(
        &EDEXCEL,
        &[
            ("2/x//3(d)/y", "2=x; 3(d)=y"),
            ("2. x/3d y", "2=x; 3(d)=y"),
            ("Question 2/x/Question 3 (d)/y", "2=x; 3(d)=y"),
            ("Question 2/x/Question 3/y", "2=x; 3(d)=y"),
            ("Section A/Question 2/x//SECTION B/Question 3d:/y", "2=x; 3(d)=y"),
            ("Question 2/x/Question 3(a)/y", "2=x; ?unknown Question 3(a)=y"),
        ],
    );
    check(
        &ESSAY,
        &[
            ("An essay./1. First/2. Second", "1=An essay./1. First/2. Second"),
            ("1. An essay/1. First/2. Second", "1=An essay/1. First/2. Second"),
            ("Question 1/An essay", "1=An essay"),
            ("2 million peasants/1930 was", "1=2 million peasants/1930 was"),
        ],
    );
}

#[test]
fn what_was_a_guess_is_said() {
    check(
        &MOON,
        &[
            (
                "1a/x/1b/y/2 The third/3 The fourth/4. The last",
                "1(a)=x; 1(b)=y/2 The third/3 The fourth; 4=The last; !script-list; !script-list",
            ),
            ("Question 2/x/3. Curious.", "2=x; 3=Curious.; !script-guess"),
            ("Question 2/x/Question 3 the reason was", "2=x; 3=the reason was; !script-guess"),
        ],
    );
}

#[test]
fn nothing_is_lost() {
    check(
        &MOON,
        &[
            ("Ada Lovelace/Class 11/Question 2/x", "2=x; ?before=Ada Lovelace/Class 11"),
            ("Question 2/x/Question 7/lost/Question 3/y", "2=x; 3=y; ?unknown Question 7=lost"),
            ("Question 1/Both parts./Question 2/x", "2=x; ?which 1=Both parts."),
            ("Question 1(c)/x/Question 2/y", "2=y; ?unknown Question 1(c)=x"),
            ("No heading at all.", "?before=No heading at all.; !script-no-headings"),
            ("Question 2/x/Question 3/y/Question 2/more", "2=x//more; 3=y; !script-twice"),
            ("Question 4/last/Question 2/first", "2=first; 4=last"),
            ("Question 2//Question 3/y", "3=y"),
            ("", ""),
            ("\u{feff}Question 2\r/x\r/y", "2=x/y"),
        ],
    );
}

#[test]
fn the_top_of_a_file_may_say_whose_it_is() {
    let code = &MOON.reference;
    let found = import(&MOON, &format!("Name: Ada Lovelace\nPaper: {code}\n\nQuestion 2\nx"));
    assert_eq!((found.script.candidate.as_str(), short(&found).as_str()), ("Ada Lovelace", "2=x"));
    let found = import(&MOON, "**Candidate:** 0042\nPaper: MB-0000-0000\nQuestion 2\nName: x");
    assert_eq!((found.script.candidate.as_str(), short(&found).as_str()), ("0042", "2=Name: x; !script-other-paper"));
    let found = read(&MOON, Kind::Text, b"Name: Ada\nQuestion 2\nx", Some("Grace"), "file").expect("a script");
    assert_eq!((found.script.candidate.as_str(), short(&found).as_str()), ("Grace", "2=x"));
    assert_eq!(import(&MOON, "Question 2\nx").script.candidate, "ada");
}

#[test]
fn the_questions_own_text_is_left_out() {
    let set: Vec<_> = MOON.questions().collect();
    let essay = set[2].question.parts[0].text.clone();
    let value = set[1].question.parts[0].text.clone();
    let (first, second) = (&set[0].question.parts[0].text, &set[0].question.parts[1].text);
    let table = [
        (format!("Question 3\n{essay}\nAnswer."), "3=Answer."),
        (format!("Question 3: {essay}\nAnswer."), "3=Answer."),
        (format!("3. {essay} [4 marks]\nAnswer."), "3=Answer."),
        (format!("3 {essay}\n\nAnswer."), "3=Answer."),
        (format!("**3. {essay}**\n\nAnswer."), "3=Answer."),
        (format!("{essay}\n\nAnswer.\n\n{value}\n\nValue."), "2=Value.; 3=Answer."),
        (format!("1(a) {first}\nLight.\n(b) {second}\nThe left half\nThe right half\nThe right half"), "1(a)=Light.; 1(b)=The right half"),
        (format!("1(b) {second}\nThe right half"), "1(b)=The right half"),
        (format!("2 {}\nValue.", value.replace(' ', "\n")), "2=Value."),
        (format!("Question 3\n{}, and so did I.", essay.trim_end_matches('.')), ""),
    ];
    for (text, wanted) in table {
        let found = short(&import(&MOON, &text));
        match wanted {
            "" => assert!(found.ends_with("and so did I."), "{found}"),
            wanted => assert_eq!(found, wanted, "\n{text}"),
        }
    }
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let cases: [(&[u8], &str); 4] = [(b"Question 2\nPi\xe8ce", "2"), (b"\xff\xfeQ\0", "1"), (b"Q\0u\0e\0", "1"), (b"PK\x03\x04\xff", "1")];
    for (bytes, line) in cases {
        let fault = read(&MOON, Kind::Text, bytes, None, "ada").expect_err("not UTF-8");
        assert_eq!((fault.code, fault.args[0].1.as_str()), ("script-not-utf8", line));
    }
}

/// Packs files as a word processor does.
fn packed(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in files {
        zip.start_file(*name, options).expect("a file");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("an archive").into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let xml = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}<w:sectPr/></w:body></w:document>"#
    );
    packed(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", xml.as_bytes())], CompressionMethod::Deflated)
}

fn odt(body: &str) -> Vec<u8> {
    let xml = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>{body}</office:text></office:body></office:document-content>"#
    );
    packed(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", xml.as_bytes())], CompressionMethod::Deflated)
}

/// Returns a paragraph of Word's with its runs.
fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn short_of(kind: Kind, bytes: &[u8]) -> String {
    match read(&MOON, kind, bytes, None, "ada") {
        Ok(import) => short(&import),
        Err(fault) => format!("error {}", fault.code),
    }
}

#[test]
fn word_documents_are_read() {
    let table = [
        (p("Question 2") + &p("A table.") + "<w:p/>" + &p("Dates &amp; craft &#8211; no more."), "2=A table.//Dates & craft – no more."),
        ("<w:p><w:r><w:t>Quest</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>ion 2</w:t></w:r></w:p>".to_owned() + &p("x"), "2=x"),
        (
            p("Question 2") + "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r></w:p>",
            "2=a\tb/c\u{2011}",
        ),
        (
            p("Question 2") + "<w:p><w:del><w:r><w:delText>no</w:delText></w:r></w:del><w:ins><w:r><w:t>yes</w:t></w:r></w:ins></w:p>",
            "2=yes",
        ),
        (
            p("Question 2") + "<w:p><w:moveFrom><w:r><w:t>no</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>yes</w:t></w:r></w:moveTo></w:p>",
            "2=yes",
        ),
        (
            p("Question 2")
                + "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>",
            "2=x; !script-drawn-numbers",
        ),
        (
            "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>2 On tables</w:t></w:r></w:p>".to_owned() + &p("x"),
            "2=On tables//x",
        ),
        (
            p("Question 2")
                + "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:footnoteReference w:id=\"1\"/><w:t>x</w:t></w:r></w:p>",
            "2=x",
        ),
        (
            p("Question 2")
                + "<w:tbl><w:tblPr><w:t>no</w:t></w:tblPr><w:tr><w:tc>"
                + &p("a")
                + "</w:tc><w:tc>"
                + &p("b")
                + "</w:tc></w:tr></w:tbl>",
            "2=a//b",
        ),
        (
            p("Question 2")
                + "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
                + &p("box")
                + "</w:txbxContent></mc:Choice><mc:Fallback>"
                + &p("box")
                + "</mc:Fallback></mc:AlternateContent><w:t>x</w:t></w:r></w:p>",
            "2=box//x",
        ),
        (
            "<w:sdt><w:sdtPr><w:t>no</w:t></w:sdtPr><w:sdtContent>".to_owned() + &p("Question 2") + &p("x") + "</w:sdtContent></w:sdt>",
            "2=x",
        ),
        (p("Question 1(a)") + &p("1. one") + &p("2. two") + &p("Question 3") + &p("x"), "1(a)=1. one//2. two; 3=x; !script-list"),
        (p("Ada") + &p("Question 2") + "<w:p><w:r><w:t><![CDATA[a < b]]></w:t></w:r></w:p>", "2=a < b; ?before=Ada"),
        (String::new(), ""),
    ];
    for (body, wanted) in table {
        assert_eq!(short_of(Kind::Docx, &docx(&body)), wanted, "\n{body}");
    }
}

#[test]
fn open_documents_are_read() {
    let h = "<text:h text:outline-level=\"1\">Question 2</text:h>";
    let table = [
        (
            format!("{h}<text:p>A   table\n  of</text:p><text:p/><text:p>a<text:s text:c=\"3\"/>b<text:tab/>c<text:line-break/>d</text:p>"),
            "2=A table of//a   b\tc/d",
        ),
        (format!("{h}<text:p>a <text:span>b</text:span> c</text:p>"), "2=a b c"),
        ("<text:h>2 On tables</text:h><text:p>x</text:p>".to_owned(), "2=On tables//x"),
        (
            format!(
                "<text:tracked-changes><text:deletion><text:p>no</text:p></text:deletion></text:tracked-changes>{h}<text:p>y<text:change text:change-id=\"1\"/>es</text:p>"
            ),
            "2=yes",
        ),
        (format!("{h}<text:p>x<text:note><text:note-body><text:p>no</text:p></text:note-body></text:note>y</text:p>"), "2=xy"),
        (format!("{h}<text:p>x<office:annotation><text:p>no</text:p></office:annotation></text:p>"), "2=x"),
        (
            format!(
                "{h}<text:list><text:list-item><text:p>a</text:p></text:list-item><text:list-item><text:p>b</text:p></text:list-item></text:list><text:p>c</text:p>"
            ),
            "2=a//b//c; !script-drawn-numbers",
        ),
        (format!("{h}<text:p>a<text:s text:c=\"4000000000\"/>b<text:s text:c=\"-1\"/>c</text:p>"), ""),
    ];
    for (body, wanted) in table {
        let found = short_of(Kind::Odt, &odt(&body));
        match wanted {
            "" => assert!(found.len() < 400 && found.ends_with("b c"), "{found}"),
            wanted => assert_eq!(found, wanted, "\n{body}"),
        }
    }
}

#[test]
fn hostile_documents_are_refused() {
    let deflated = CompressionMethod::Deflated;
    let word = |xml: &str| packed(&[("word/document.xml", xml.as_bytes())], deflated);
    let wrap = |inner: &str| format!("<w:document>{inner}</w:document>");
    let many: Vec<(String, &[u8])> = (0..=MAX_ENTRIES).map(|n| (format!("{n}"), &b""[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let bomb = vec![b' '; 80 << 20];
    // Text that shrinks to about a quarter, so that only its size is wrong.
    let large: Vec<u8> =
        (0..6_000_000u64).flat_map(|n| format!("{:04x} said so\n", n.wrapping_mul(0x9e37_79b9) >> 8 & 0xffff).into_bytes()).collect();
    // What its list of contents says of the size of a file may be a lie.
    let mut liar = packed(&[("word/document.xml", &bomb[..40 << 20])], deflated);
    let end = liar.len();
    let size = (40u32 << 20).to_le_bytes();
    for at in 0..end - 4 {
        if liar[at..at + 4] == size {
            liar[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
        }
    }
    let lol = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>";
    let hardly_packed = packed(&[("word/document.xml", &large)], deflated);
    assert!(hardly_packed.len() < MAX_FILE && large.len() as u64 > MAX_UNPACKED);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("bomb", packed(&[("word/document.xml", &bomb)], deflated), "package-ratio"),
        ("hardly packed", hardly_packed, "package-too-large"),
        ("ratio", packed(&[("word/document.xml", &bomb[..4 << 20])], deflated), "package-ratio"),
        ("stored and large", packed(&[("word/document.xml", &bomb[..40 << 20])], CompressionMethod::Stored), "package-too-large"),
        ("lie", liar, "package-"),
        ("entries", packed(&many, CompressionMethod::Stored), "package-entries"),
        ("no document", packed(&[("word/other.xml", b"<a/>")], deflated), "package-without"),
        ("path escape", packed(&[("../../word/document.xml", b"<w:document/>")], deflated), "package-without"),
        ("text", b"Question 2\nx".to_vec(), "package-not-zip"),
        ("empty", Vec::new(), "package-not-zip"),
        ("only the sign", b"PK\x03\x04".to_vec(), "package-broken"),
        ("doctype", word(&format!("<!DOCTYPE x>{}", wrap(""))), "xml-doctype"),
        ("laughs", word(&format!("{lol}{}", wrap("<w:p><w:t>&b;</w:t></w:p>"))), "xml-doctype"),
        ("outside", word("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><w:document/>"), "xml-doctype"),
        ("entity", word(&wrap("<w:p><w:r><w:t>&passwd;</w:t></w:r></w:p>")), "xml-entity"),
        ("bad sign", word(&wrap("<w:p><w:r><w:t>&#xFFFFFFFF;</w:t></w:r></w:p>")), "xml-entity"),
        ("deep", word(&format!("{}{}", "<w:document>".repeat(100_000), "</w:document>".repeat(100_000))), "xml-too-deep"),
        (
            "deep enough",
            word(&format!("{}{}", "<w:document>".repeat(MAX_DEPTH + 1), "</w:document>".repeat(MAX_DEPTH + 1))),
            "xml-too-deep",
        ),
        ("crossed", word("<w:document><a><b></a></b></w:document>"), "xml-broken"),
        ("cut", word("<w:document><w:body>"), "xml-broken"),
        ("nothing", word(""), "xml-broken"),
        ("only text", word("Question 2"), "xml-broken"),
        ("lone and", word(&wrap("<w:p><w:r><w:t>a & b</w:t></w:r></w:p>")), "xml-broken"),
        ("other root", word("<html><p>x</p></html>"), "package-without"),
        ("other bytes", packed(&[("word/document.xml", b"\xff\xfe<\0")], deflated), "xml-broken"),
        ("odt as docx", odt("<text:p>x</text:p>"), "package-without"),
    ];
    for (name, bytes, code) in cases {
        let found = short_of(Kind::Docx, &bytes);
        assert!(found.starts_with(&format!("error {code}")), "{name}: {found}");
    }
    assert_eq!(short_of(Kind::Odt, &docx("")), "error package-without");
}

#[test]
fn a_damaged_document_never_makes_a_panic() {
    let noise: String = (0..400).map(|n| p(&format!("Question {} word{} {}", n % 7, n * 7919 % 1009, n * n))).collect();
    let list: String = (0..400).map(|n| format!("<text:p>{n}. word{} <text:s text:c=\"2\"/></text:p>", n * 7919 % 1009)).collect();
    let mut runs = 0;
    for (kind, bytes) in [(Kind::Docx, docx(&noise)), (Kind::Odt, odt(&list))] {
        assert!(short_of(kind, &bytes).len() > 1000);
        for end in (0..bytes.len()).step_by(37) {
            assert!(short_of(kind, &bytes[..end]).starts_with("error "), "cut at {end}");
            let mut changed = bytes.clone();
            changed[end] ^= 1 << (end % 8);
            short_of(kind, &changed);
            runs += 2;
        }
    }
    assert!(runs > 150, "{runs}");
}

/// Lines of all kinds, with those that look like something.
fn line() -> impl Strategy<Value = String> {
    let odd = [
        "Question 2",
        "## Question 2",
        "== Question 2 ==",
        "\\## Question 3",
        "\\\\== Question 3 ==",
        "## Remarks",
        "## ",
        "== ==",
        "# Script",
        "Candidate: x",
        "1(a)",
        "1. First",
        "2",
        "(b)",
        "- x",
        "  y",
        "",
        " ",
        "\\",
        "Late text 2, 5 seconds",
        "Name: x",
        "2 million",
        "**3.** The",
        "a) one",
        "Explain why people wished to reach the Moon.",
        "## Late text 2, 5 seconds",
        "Section A",
        "The Moon",
    ];
    let any = proptest::string::string_regex("[ -~\té“”…\u{a0}\u{2028}😀]{0,30}").expect("a pattern");
    prop_oneof![2 => proptest::sample::select(odd.to_vec()).prop_map(str::to_owned), 1 => any]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(line(), 0..7).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_exported_script_reads_back_as_it_was(
        texts in prop::collection::vec(proptest::option::of(text()), 5), late in prop::collection::vec((0..5usize, any::<u32>(), text()), 0..3),
        remarks in prop::collection::vec(text().prop_map(|text| format!("x{text}")), 0..3), receipt in proptest::option::of("[A-F0-9-]{14}"), name in "[A-Za-z0-9 é]{1,12}",
    ) {
        let slips = slips(&MOON);
        let answers = slips.iter().zip(&texts).filter_map(|(slip, text)| {
            Some(Answer { part: slip.part.clone(), number: slip.number.clone(), text: text.clone()?, seconds: None })
        }).collect();
        let late = late.into_iter().map(|(part, by, text)| LateText { part: slips[part].part.clone(), seconds_late: by.into(), text }).collect();
        let script = Script {
            markband: 1, paper: MOON.reference.clone(), candidate: name, handed_in: receipt.clone().map(|_| "2026-07-28T10:00:00Z by the candidate".to_owned()),
            receipt, answers, late, remarks,
        };
        for form in [Form::Markdown, Form::Text] {
            let written = write(&script, form);
            for written in [written.clone(), written.replace('\n', "\r\n")] {
                let import = import(&MOON, &written);
                prop_assert_eq!(&import.script, &script, "{}", written);
                prop_assert!(import.unplaced.is_empty() && import.faults.is_empty(), "{:?}\n{}", import, written);
            }
        }
    }

    #[test]
    fn no_word_of_a_file_is_lost(text in text()) {
        let import = import(&MOON, &text);
        let mut kept: Vec<String> = import.script.answers.iter().map(|answer| answer.text.clone()).collect();
        kept.extend(import.unplaced.iter().map(|unplaced| unplaced.text.clone()));
        let kept = kept.join("\n");
        // A line is kept, or is a heading, the question's own text, a section's title or the name at the top.
        for line in clean(&text).split('\n').map(str::trim).filter(|line| line.chars().filter(|c| c.is_alphanumeric()).count() > 2) {
            let known = ["Question", "1(a)", "1. ", "2", "(b)", "**3.**", "a) ", "## ", "==", "Candidate", "Name", "Section", "The Moon", "Explain why", "Late"];
            prop_assert!(kept.contains(line) || line.split_once([')', '.', ':']).is_some_and(|(head, tail)| head.len() < 6 && kept.contains(tail.trim())) || known.iter().any(|known| line.trim_start_matches('\\').starts_with(known)) || line.chars().next().is_some_and(|c| c.is_ascii_digit() || "#*_`~>([-qQ".contains(c)), "{line:?} of\n{text}\nis not in\n{kept}");
        }
    }
}
