//! Observers: who is told of records. They see the world, and can never change it.

use super::record::Record;
use super::world::World;

/// Somebody who is told of every record.
pub trait Observer {
    /// False if this observer never looks: records are then not even made.
    const LOOKS: bool = true;

    /// A record was made; `world` is as it left it.
    fn on_record(&mut self, record: &Record, world: &World);
}

/// Nobody.
impl Observer for () {
    const LOOKS: bool = false;

    fn on_record(&mut self, _: &Record, _: &World) {}
}

/// All records, in order.
impl Observer for Vec<Record> {
    fn on_record(&mut self, record: &Record, _: &World) {
        self.push(*record);
    }
}

impl<A: Observer, B: Observer> Observer for (A, B) {
    const LOOKS: bool = A::LOOKS || B::LOOKS;

    fn on_record(&mut self, record: &Record, world: &World) {
        self.0.on_record(record, world);
        self.1.on_record(record, world);
    }
}

impl<O: Observer> Observer for &mut O {
    const LOOKS: bool = O::LOOKS;

    fn on_record(&mut self, record: &Record, world: &World) {
        (**self).on_record(record, world);
    }
}
