//! Comparison: how a paper set some time ago differs from the bank of today.

use super::{FrozenSchemes, Paper, fingerprint, for_candidates, markbands_of, sources_for_candidates};
use crate::bank::Bank;
use serde::Serialize;

/// How one item of a paper stands to the bank.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    Unchanged,
    /// The bank has it no longer.
    Gone,
    Changed,
}

/// What kind of item was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    Question,
    SourceSet,
    MarkScheme,
}

/// One item of a paper beside the bank's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    pub kind: ItemKind,
    /// The question's, set's or part's id.
    pub id: String,
    pub change: Change,
    /// The item as the paper has it, as YAML; `None` where the paper kept only its fingerprint.
    #[serde(skip)]
    pub then: Option<String>,
    /// The item as the bank has it, as YAML.
    #[serde(skip)]
    pub now: Option<String>,
}

/// Compares every item of a paper with the bank. `frozen` is what the paper's schemes were, if it is at hand.
pub fn compare(bank: &Bank, paper: &Paper, frozen: Option<&FrozenSchemes>) -> Vec<Item> {
    let mut items = Vec::new();
    for set in &paper.source_sets {
        let now = bank.source_set(&set.set.id).map(sources_for_candidates);
        items.push(item(ItemKind::SourceSet, &set.set.id, &set.hash, now.as_ref().map(fingerprint), Some(&set.set), now.as_ref()));
    }
    for set in paper.questions() {
        let now = bank.question(&set.question.id).map(for_candidates);
        items.push(item(ItemKind::Question, &set.question.id, &set.hash, now.as_ref().map(fingerprint), Some(&set.question), now.as_ref()));
        for ((id, _), hash) in set.question.parts_with_ids().zip(&set.scheme_hashes) {
            // A scheme and the markbands it uses are one thing to a marker.
            let now = bank.scheme(&id).map(|scheme| {
                let bands: Vec<_> = markbands_of(scheme).into_iter().filter_map(|id| bank.markbands(id)).collect();
                (scheme, bands)
            });
            let then = frozen.and_then(|frozen| {
                let scheme = frozen.scheme(&id)?;
                Some((scheme, markbands_of(scheme).into_iter().filter_map(|id| frozen.markbands(id)).collect::<Vec<_>>()))
            });
            items.push(item(ItemKind::MarkScheme, &id, hash, now.as_ref().map(fingerprint), then.as_ref(), now.as_ref()));
        }
    }
    items
}

fn item<T: Serialize>(kind: ItemKind, id: &str, then_hash: &str, now_hash: Option<String>, then: Option<&T>, now: Option<&T>) -> Item {
    let change = match now_hash {
        None => Change::Gone,
        Some(hash) if hash == then_hash => Change::Unchanged,
        Some(_) => Change::Changed,
    };
    let yaml = |item: &T| serde_saphyr::to_string(item).unwrap_or_default();
    let differs = change != Change::Unchanged;
    let shown = |item: Option<&T>| item.filter(|_| differs).map(yaml);
    Item { kind, id: id.to_owned(), change, then: shown(then), now: shown(now) }
}
