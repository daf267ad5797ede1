//! Which database is it? Only this folder knows.
