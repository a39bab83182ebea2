//! What a run looks like: leaves that read records and can never change a run.
//!
//! [`run::Run`] is everything they read, as plain data. [`timeline`] shows it to people, one line an
//! event; [`json`] shows it to programs; [`netstat`] shows the sockets of one moment. The same run
//! gives the same text on every machine: nothing here asks for the time of day, the width of a
//! terminal or colours, nothing prints, and nothing calculates with floats.
//!
//! [`profiles`] shows no run, but what runs differ in; [`ledger`] what all have to obey.
//!
//! Start reading at [`timeline::render`].

pub mod json;
pub mod ledger;
pub mod netstat;
mod numbers;
pub mod profiles;
pub mod report;
mod rules;
pub mod run;
mod tally;
pub mod timeline;
mod words;

#[cfg(test)]
mod sample;
