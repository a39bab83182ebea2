//! Snapshots as files: the same names and bytes that `insta` writes and `cargo insta review` reads.
//!
//! Scenario `sims/loss/burst.ron` with seed 7 is kept in `snapshots/loss__burst@seed7.snap`, beside the
//! folder `sims`. What differs waits in a file of that name with `.new` behind it.

use super::output::write_whole;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The test whose snapshots these are, as `insta` notes it.
const SOURCE: &str = "tests/snapshots.rs";

/// A folder with scenarios in `sims` and their snapshots beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct House {
    root: PathBuf,
}

/// A scenario file in its house.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The house.
    pub house: House,
    /// Parts of the path below `sims`, without the ending.
    parts: Vec<String>,
}

impl House {
    /// The folder of the snapshots.
    pub fn snapshots(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    /// The folder of the scenarios.
    pub fn sims(&self) -> PathBuf {
        self.root.join("sims")
    }
}

impl Place {
    /// Where a scenario file lies: below the nearest folder named `sims`.
    ///
    /// # Errors
    /// What to do about a path that lies below none.
    pub fn of(path: &Path) -> Result<Place, String> {
        let whole = absolute(path);
        let path = whole.as_path();
        let sims = path
            .ancestors()
            .skip(1)
            .find(|folder| folder.file_name().is_some_and(|name| name == "sims"));
        let Some(sims) = sims else {
            return Err(
                "it lies in no folder `sims`, beside which its snapshots would be".to_owned(),
            );
        };
        let root = shortened(sims.parent().unwrap_or(Path::new("")));
        let below = path.strip_prefix(sims).unwrap_or(path).with_extension("");
        let parts = below
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        Ok(Place {
            house: House { root },
            parts,
        })
    }

    /// The snapshots' names without their seeds, as a file system sees them that knows no capitals.
    pub fn key(&self) -> String {
        self.parts.join("__").to_lowercase()
    }

    /// The scenario's path from the root of the house, the same on every machine.
    pub fn input_file(&self) -> String {
        format!("sims/{}.ron", self.parts.join("/"))
    }

    /// The file of the snapshot with this seed.
    pub fn snapshot(&self, seed: u64) -> PathBuf {
        self.house
            .snapshots()
            .join(format!("{}@seed{seed}.snap", self.parts.join("__")))
    }
}

/// The path from the root of the file system, without `.` and `..`, links not followed.
pub fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The path from the folder at hand if it lies below that, else as it is; both plain.
pub fn shortened(path: &Path) -> PathBuf {
    let here = absolute(Path::new("."));
    let path = absolute(path);
    match path.strip_prefix(&here) {
        Ok(below) => below.to_path_buf(),
        Err(_) => path,
    }
}

/// Reads the body of a snapshot; `None` if there is none.
///
/// # Errors
/// If the file cannot be read or does not start as a snapshot does.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text.replace("\r\n", "\n"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let body = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"));
    match body {
        Some((_, body)) => Ok(Some(body.to_owned())),
        None => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it does not start as a snapshot does",
        )),
    }
}

/// The file of a pending snapshot.
pub fn pending(snapshot: &Path) -> PathBuf {
    let mut name = snapshot.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Writes a snapshot, whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, input_file: &str, body: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let text = format!(
        "---\nsource: {SOURCE}\ninput_file: {input_file}\n---\n{}\n",
        body.trim_end()
    );
    write_whole(path, text.as_bytes())
}

/// Snapshots in a folder, with what waits to be reviewed, in order of their names.
///
/// # Errors
/// If the folder cannot be read.
pub fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                let path = entry?.path();
                let name = path.to_string_lossy();
                if name.ends_with(".snap") || name.ends_with(".snap.new") {
                    found.push(path);
                }
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    found.sort();
    Ok(found)
}
