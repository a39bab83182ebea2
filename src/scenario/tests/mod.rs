//! Tests of scenarios: what they compile to, and what is said of mistakes.

use super::*;

mod plans;
