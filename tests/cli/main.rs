//! The command as its users meet it: what it prints where, and its exit codes.

mod mistakes;
mod runs;
mod snapshots;
mod tables;
mod verbose;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const OK: &str = r#"Scenario(
    programs: [
        Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
        Program(on: "client", steps: [Connect("s", "server", 9091), Sleep("1s"), Close("s")]),
    ],
)
"#;

/// A folder of this test's own, made empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder for the test");
    path
}

fn lastack(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastack"));
    command
        .current_dir(folder)
        .args(arguments)
        .env_remove("CLICOLOR_FORCE");
    command.output().expect("the command starts")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it prints text")
}
