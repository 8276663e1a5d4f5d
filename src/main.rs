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
            Ok((p, _)) => println!("{} ok {}", f.id, p.reference),
            Err(e) => println!("{} short {:?}", f.id, e.iter().map(|f| f.code).collect::<Vec<_>>()),
        }
    }
}
