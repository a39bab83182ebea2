//! `lastack new`: writes a commented scenario to start from.

use super::{Exit, output};
use crate::scenario;
use clap::Args;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

/// Write a commented scenario to start from.
#[derive(Debug, Args)]
pub struct New {
    /// The file to write; it must not exist.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl New {
    /// Writes the file, unless there is one.
    pub fn execute(&self) -> Exit {
        let path = self.file.display();
        let opened = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.file);
        match opened.and_then(|mut file| file.write_all(scenario::template().as_bytes())) {
            Ok(()) => {
                output::message(&format!("wrote {path}; run it with: lastack run {path}"));
                Exit::Held
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                output::message(&format!(
                    "error: {path} is there already; nothing is overwritten"
                ));
                Exit::CouldNotRun
            }
            Err(error) => output::file_error(&self.file, &error),
        }
    }
}
