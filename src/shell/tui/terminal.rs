//! The terminal taken over and given back: also when the program panics, and whatever way it ends.

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{self, Stdout, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours at the moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The whole screen. When it is dropped, the terminal is as it was.
pub struct Screen {
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

/// Takes the terminal over.
pub fn enter(mouse: bool, title: &str) -> io::Result<Screen> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Otherwise the message would go to a screen that is about to vanish.
            leave();
            before(panic);
        }));
    });
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let title: String = title.chars().filter(|c| !c.is_control()).collect();
    let entered = execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, SetTitle(title));
    let entered = entered.and_then(|()| if mouse { execute!(stdout(), EnableMouseCapture) } else { Ok(()) });
    match entered.and_then(|()| Terminal::new(CrosstermBackend::new(stdout()))) {
        Ok(terminal) => Ok(Screen { terminal }),
        Err(error) => {
            leave();
            Err(error)
        }
    }
}

/// Gives the terminal back. A second time does nothing.
pub fn leave() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Where the terminal has gone away there is nothing to be restored.
        let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
        let _ = disable_raw_mode();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}
