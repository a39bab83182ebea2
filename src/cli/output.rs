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
            message(&format!("error: standard output: {}", reason(&error)));
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

/// Says that something could not be done with a file, and why.
pub fn file_error(path: &Path, error: &io::Error) -> Exit {
    message(&format!("error: {}: {}", path.display(), reason(error)));
    Exit::CouldNotRun
}

/// The system's words without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

/// Writes a result to a file, or to standard output if none is given or it is `-`.
pub fn result_to(file: Option<&Path>, text: &str) -> Result<(), Exit> {
    match file.filter(|path| *path != Path::new("-")) {
        Some(path) => write_whole(path, text.as_bytes()).map_err(|error| file_error(path, &error)),
        None => result(text),
    }
}

/// Writes a file so that it is there whole or not at all.
///
/// Only a regular file is replaced: what a link points to instead of the link, and a device or a
/// pipe is written to.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (target, permissions) = match fs::metadata(path) {
        Ok(there) if there.is_file() => {
            if there.permissions().readonly() {
                return Err(io::Error::from(ErrorKind::PermissionDenied));
            }
            (fs::canonicalize(path)?, Some(there.permissions()))
        }
        Ok(_) => return fs::write(path, bytes),
        // A link to nothing: writing makes what it points to.
        Err(_) if fs::symlink_metadata(path).is_ok() => return fs::write(path, bytes),
        Err(_) => (path.to_path_buf(), None),
    };
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary: PathBuf = target.with_file_name(name);
    let written = fs::write(&temporary, bytes)
        .and_then(|()| match permissions {
            Some(permissions) => fs::set_permissions(&temporary, permissions),
            None => Ok(()),
        })
        .and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}
