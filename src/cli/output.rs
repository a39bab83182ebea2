//! Printing: results to standard output, messages to standard error.

use super::Exit;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a result to standard output; a closed pipe is no error.
pub fn result(text: &str) -> Result<(), Exit> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            message(&format!("error: standard output: {error}"));
            Err(Exit::CouldNotRun)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a line to standard error.
pub fn message(text: &str) {
    // Where not even that can be said, there is nobody to tell.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Writes a result to a file, or to standard output if none is given.
pub fn result_to(file: Option<&Path>, text: &str) -> Result<(), Exit> {
    let Some(path) = file else {
        return result(text);
    };
    write_whole(path, text.as_bytes()).map_err(|error| {
        message(&format!("error: {}: {error}", path.display()));
        Exit::CouldNotRun
    })
}

/// Writes a file so that it is there whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary: PathBuf = path.with_file_name(name);
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}
