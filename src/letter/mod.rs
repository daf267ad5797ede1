//! The weekly letter: what went well, what did not, and what to write next.
//! Its charts are made here from figures alone.

// The letter itself uses it; without it there is nothing yet that does.
#[allow(dead_code)]
mod chart;
