//! The digest of a run: 128 bits that change when any record does.
//!
//! Each record is written in the wire format of `postcard`, which is specified and the same on every
//! machine, and hashed with XXH3. The version of the record format goes first.

use super::observer::Observer;
use super::record::{RECORD_FORMAT, Record};
use super::world::World;
use xxhash_rust::xxh3::Xxh3;

/// Hashes records as they come.
#[derive(Clone)]
pub struct Digest {
    hash: Xxh3,
    buffer: Vec<u8>,
    records: u64,
}

impl Default for Digest {
    fn default() -> Digest {
        let mut hash = Xxh3::new();
        hash.update(b"lastack records ");
        hash.update(&RECORD_FORMAT.to_le_bytes());
        Digest {
            hash,
            buffer: Vec::new(),
            records: 0,
        }
    }
}

impl Digest {
    /// The digest of the records so far.
    pub fn value(&self) -> u128 {
        self.hash.digest128()
    }

    /// How many records there were.
    pub const fn records(&self) -> u64 {
        self.records
    }
}

impl Observer for Digest {
    fn on_record(&mut self, record: &Record, _: &World) {
        self.buffer.clear();
        let bytes = std::mem::take(&mut self.buffer);
        self.buffer = postcard::to_extend(record, bytes).expect("a record is plain data");
        self.hash.update(&self.buffer);
        self.records += 1;
    }
}
