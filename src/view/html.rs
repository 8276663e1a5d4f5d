//! HTML, by Handlebars: one self-contained page from a Document and `templates/web/`.
//!
//! Strict mode, so that a template that asks for what is not there is a fault; everything is escaped but drawings,
//! which the bank's check has looked through.

use super::Templates;
use crate::diag::Fault;
use crate::document::Document;
use handlebars::Handlebars;

/// Returns the page of a document. A fault tells what in a template is wrong.
pub fn html(document: &Document, templates: &Templates) -> Result<String, Vec<Fault>> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    for (path, text) in &templates.files {
        let Some(name) = path.strip_prefix("web/").and_then(|name| name.strip_suffix(".hbs")) else { continue };
        handlebars.register_template_string(name, text).map_err(|error| vec![fault(&templates.shown(path), &error)])?;
    }
    handlebars.render("document", document).map_err(|error| {
        let template = error.template_name.as_deref().unwrap_or("document");
        let line = error.line_no.map(|line| format!(":{line}")).unwrap_or_default();
        vec![fault(&format!("{}{line}", templates.shown(&format!("web/{template}.hbs"))), &error)]
    })
}

fn fault(path: &str, error: &dyn std::fmt::Display) -> Fault {
    // The rest of what Handlebars says is its grammar.
    let why = error.to_string();
    Fault::error("template").with("template", path).with("why", why.lines().next().unwrap_or_default())
}
