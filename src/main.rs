//! The program: everything it does is in the library's shell.

#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    markband::shell::cli::run()
}
