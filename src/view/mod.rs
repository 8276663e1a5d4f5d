//! The views: a [`Document`](crate::document::Document) becomes bytes or text. Each is the sole user of its
//! library, and none decides what is shown.

pub mod html;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod term;

use std::collections::BTreeMap;

/// The texts of the templates by path below `templates/`, as shipped or as a teacher edited them.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    pub files: BTreeMap<String, String>,
    /// Where a person finds those that do not come with markband.
    pub origins: BTreeMap<String, String>,
    /// Fonts beside the ones that come with markband, from `templates/fonts/`.
    pub fonts: Vec<Vec<u8>>,
}

impl Templates {
    /// Returns the path by which a person knows a template.
    pub fn shown(&self, path: &str) -> String {
        self.origins.get(path).cloned().unwrap_or_else(|| format!("templates/{path}"))
    }

    /// Returns a template's text; an absent one is empty.
    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", String::as_str)
    }
}
