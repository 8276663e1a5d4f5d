//! Where markband keeps things: the platform's own directories, or those below `MARKBAND_HOME`.

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};
use std::path::PathBuf;

/// The directories of this user.
#[derive(Debug, Clone)]
pub struct Places {
    /// What the user set up, such as edited templates.
    pub config: PathBuf,
    /// What must not be lost.
    pub data: PathBuf,
}

/// Returns the directories, or `None` where there is no home directory. Nothing is created.
pub fn places() -> Option<Places> {
    if let Some(home) = std::env::var_os("MARKBAND_HOME").filter(|home| !home.is_empty()) {
        let home = PathBuf::from(home);
        return Some(Places { config: home.join("config"), data: home.join("data") });
    }
    let args = AppStrategyArgs { top_level_domain: "org".to_owned(), author: "markband".to_owned(), app_name: "markband".to_owned() };
    let strategy = choose_app_strategy(args).ok()?;
    Some(Places { config: strategy.config_dir(), data: strategy.data_dir() })
}
