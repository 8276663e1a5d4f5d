fn main() {
    let mut raw = Vec::new();
    for dir in ["question-bank", "mark-schemes"] {
        let mut stack = vec![std::path::PathBuf::from(dir)];
        while let Some(d) = stack.pop() {
            for e in std::fs::read_dir(d).unwrap() {
                let p = e.unwrap().path();
                if p.is_dir() { stack.push(p) } else {
                    let path = p.to_str().unwrap().to_owned();
                    raw.push(markband::bank::load::RawFile { shown: path.clone(), path, bytes: std::fs::read(&p).unwrap(), supplied: false });
                }
            }
        }
    }
    let (bank, faults) = markband::bank::load::load(raw);
    for f in &faults { let pl = f.span.map(|s| (bank.files.path(s.file).to_owned(), bank.files.place(s))); println!("{} {:?} {:?}", f.code, pl, f.args); }
    for f in &bank.formats {
        match markband::paper::setting::set(&bank, f, None, markband::paper::setting::Seed(1)) {
            Ok((p, fr)) => { println!("{} ok {}", f.id, p.reference);
                let (words, _, wf) = markband::words::Words::parse("en", &std::fs::read_to_string("templates/words/en.yaml").unwrap()); println!("{wf:?}");
                let mut t = markband::view::Templates::default();
                for n in ["document.typ", "theme.typ"] { t.files.insert(format!("print/{n}"), std::fs::read_to_string(format!("templates/print/{n}")).unwrap()); }
                std::fs::create_dir_all(format!("/tmp/out/{}", f.id.value)).unwrap();
                let t0 = std::time::Instant::now();
                for (n, d) in [("qp", Some(markband::document::exam_paper::exam_paper(&p, &words))), ("sb", markband::document::source_booklet::source_booklet(&p, &words)), ("ms", Some(markband::document::mark_scheme::mark_scheme(&p, &fr, &words)))] {
                    let Some(d) = d else { continue };
                    match markband::view::pdf::pdf(&d, &t) { Ok(b) => std::fs::write(format!("/tmp/out/{}/{n}.pdf", f.id.value), b).unwrap(), Err(e) => println!("{e:?}") }
                }
                println!("{:?}", t0.elapsed());
            }
            Err(e) => println!("{} short {:?}", f.id, e.iter().map(|f| f.code).collect::<Vec<_>>()),
        }
    }
}
