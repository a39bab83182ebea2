//! Errors of calls.
